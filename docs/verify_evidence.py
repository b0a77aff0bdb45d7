"""python verify_evidence.py EXPORT.json [PUBLIC_KEY]: verify exported evidence. Needs Python and the library cryptography."""
import hashlib, json, sys
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

def check(holds, *what):
    return holds or sys.exit("WRONG: " + " ".join(map(str, what)))

def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def sealed(row, *beside):  # what was hashed or signed, as RFC 8785 writes it: all but what stands beside it
    said = {name: value for name, value in row.items() if name not in beside}
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

def verify(key, signature, content):  # raises InvalidSignature
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), content)

export, keys, start, last, vouched = json.load(open(sys.argv[1], encoding="utf-8")), [""], 1, "", 0
for row in export["keys"]:  # a key signs that it takes over, and so does the one before it, unless that was lost
    verify(row["key"], row["signature"], sealed(row, "signature", "signed_before"))
    if row["ground"] == "rotated":
        verify(keys[-1], row["signed_before"], sealed(row, "signature", "signed_before"))
    check(row["before"] == keys[-1] and (row["ground"] != "lost" or sys.argv[2:]), "key", row["number"])
    keys, start = [*keys, row["key"]], start if row["ground"] == "rotated" else len(keys)
check(sys.argv[2:] == [] or sys.argv[2] in keys[start:], "the key that you trust does not vouch for", keys[-1])
for number, row in enumerate(export["anchors"], 1):  # each names the hash of the one before it
    own, content = (number, last, row["hash"]), sealed(row, "hash", "signature")
    check((row["number"], row["prev_hash"], sha(content).hex()) == own and row["key"] in keys, "anchor", number)
    verify(row["key"], row["signature"], content)
    last = row["hash"]
for chain in export["chains"]:
    hashes, proof = [""], chain.get("anchored")
    for place, row in enumerate(chain["events"], 1):
        event, own = row["event"], sha(sealed(row["event"], "hash")).hex()
        right = (chain["person"], place, hashes[-1], own)
        check((event["person"], event["seq"], event["prev_hash"], event["hash"]) == right, "person", *right[:2])
        for name, text in row.get("texts", {}).items():  # an erased text is not here, and its event verifies all the same
            salted = f"{text['salt']}\n{text['text']}".encode()
            check(event["fields"].get(f"{name}_hash") == sha(salted).hex(), "person", *right[:2], "text", name)
        hashes.append(own)
    check(chain["end"] == {"seq": len(hashes) - 1, "hash": hashes[-1]}, "person", chain["person"], "end")
    if proof:  # from the chain's end at the anchor up to the root that was signed
        check(hashes[proof["seq"] : proof["seq"] + 1] == [proof["hash"]], "person", chain["person"], "was anchored otherwise")
        node, vouched = sha(b"\0", sealed(proof, "path")), vouched + proof["seq"]
        for step in proof["path"]:
            node = sha(b"\1", bytes.fromhex(step.get("left", "")), node, bytes.fromhex(step.get("right", "")))
        check(node.hex() == export["anchors"][-1]["root"], "person", chain["person"], "is not in the anchor")
print(f"All verifies: {vouched} events up to anchor {len(export['anchors'])} ({last}), signed by {keys[-1]}.")
