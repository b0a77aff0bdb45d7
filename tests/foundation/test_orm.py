"""The wall and the two kinds of database below it."""

from tests.factories import World


def test_a_world_is_settled_and_committed(world: World):
    world.session.commit()
    assert world.municipality.id == world.session.info["municipality_id"]
