#!/bin/sh
# qemu.sh NAME: run build/NAME.elf on QEMU and compare with NAME/qemu.txt, where QEMU 7.2 is known to differ from the
# architecture, else with NAME/expected.txt. QEMU= and CPU= override the program and the CPU model.
name=$1
disks=$(mktemp -d) || exit 2
trap 'rm -rf "$disks"' EXIT
truncate -s 1M "$disks/1" "$disks/2"

# Stock builds for s390x have no edu device; virtio-blk serves for what looks at no device register.
pci() {
	echo "-device zpci,uid=$1,fid=$1,target=d$1 -drive file=$disks/$1,if=none,id=n$1,format=raw" \
	     "-device virtio-blk-pci,drive=n$1,serial=disk$1,disable-legacy=on,iommu_platform=on,id=d$1"
}

# As many CPUs as the sample wants.
cpus=$(sed -n 's/.*--cpus \([0-9]*\).*/\1/p' "$name/options.txt" 2>/dev/null)

golden=$name/expected.txt
[ -f "$name/qemu.txt" ] && golden=$name/qemu.txt
# shellcheck disable=SC2046
timeout 60 "${QEMU:-qemu-system-s390x}" -M s390-ccw-virtio -cpu "${CPU:-max}" -smp "${cpus:-1}" -m 512 -nographic -no-reboot \
	-kernel "build/$name.elf" $(pci 1) $(pci 2) </dev/null | diff -u "$golden" - || { echo "$name: differs from $golden"; exit 1; }
echo "$name: as in $golden"
