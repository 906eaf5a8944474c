"""Runs records on Hercules: driver.S says what a record is."""
import os
import struct
import subprocess
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDS, SIZE = 0x100000, 512
CONFIG = """CPUSERIAL 000001
CPUMODEL 2097
MAINSIZE {megabytes}
XPNDSIZE 0
NUMCPU 1
ARCHMODE z/Arch
0009 3215-C
"""


def build():
    """The driver's image and the offset of the number of records."""
    with tempfile.TemporaryDirectory() as room:
        unit, linked, image = (os.path.join(room, name) for name in ("d.o", "d.elf", "d.bin"))
        subprocess.run(["s390x-linux-gnu-as", "-march=zEC12", "-o", unit, os.path.join(HERE, "driver.S")], check=True)
        subprocess.run(["s390x-linux-gnu-ld", "-Ttext=0", "-o", linked, unit], check=True, stderr=subprocess.DEVNULL)
        subprocess.run(["s390x-linux-gnu-objcopy", "-O", "binary", "-j", ".text", linked, image], check=True)
        symbols = subprocess.run(["s390x-linux-gnu-nm", linked], check=True, capture_output=True, text=True).stdout
        limit = next(int(line.split()[0], 16) for line in symbols.splitlines() if line.endswith(" limit"))
        with open(image, "rb") as file:
            return file.read(), limit


def run(records, extra=(), seconds=4):
    """The records after their execution. `extra` is storage to load too, as pairs of address and bytes."""
    image, limit = build()
    image = bytearray(image.ljust(RECORDS, b"\0"))
    struct.pack_into(">I", image, limit, len(records))
    image += b"".join(records)
    for address, content in extra:
        image = image.ljust(address + len(content), b"\0")
        image[address:address + len(content)] = content
    end = RECORDS + SIZE * len(records)
    with tempfile.TemporaryDirectory() as room:
        path = {name: os.path.join(room, name) for name in ("config", "rc", "in", "out", "log")}
        with open(path["in"], "wb") as file:
            file.write(image)
        with open(path["config"], "w") as file:
            file.write(CONFIG.format(megabytes=max(64, len(image) // 2**20 + 16)))
        with open(path["rc"], "w") as file:
            file.write(f"ostailor quiet\nloadcore {path['in']} 0\nrestart\npause {seconds}\npsw\n"
                       f"savecore {path['out']} {RECORDS:x} {end - 1:x}\nquit\n")
        with open(path["log"], "w") as log:
            subprocess.run(["hercules", "-d", "-f", path["config"]], env={**os.environ, "HERCULES_RC": path["rc"]},
                           stdin=subprocess.DEVNULL, stdout=log, stderr=log, timeout=seconds + 60, check=False)
        if not os.path.exists(path["out"]):
            with open(path["log"]) as log:
                raise SystemExit(log.read())
        with open(path["out"], "rb") as file:
            content = file.read()
        with open(path["log"]) as log:
            run.log = log.read()
    return [content[n * SIZE:(n + 1) * SIZE] for n in range(len(records))]


def record(text, mask=0, grs=(), fprs=(), a=b"", b=b"", count=1):
    """One record as driver.S reads it."""
    text = bytes.fromhex(text)
    text += bytes.fromhex("0700" * ((8 - len(text)) // 2))
    body = bytearray(SIZE)
    body[0:8] = text
    body[8], body[9] = mask, count
    struct.pack_into(f">{len(grs)}Q", body, 16, *grs)
    struct.pack_into(f">{len(fprs)}Q", body, 64, *fprs)
    body[192:192 + len(a)] = a
    body[320:320 + len(b)] = b
    return bytes(body)
