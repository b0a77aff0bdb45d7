"""Learning paths: ordered steps towards another level, role or group; who walks one; and which leads where."""
