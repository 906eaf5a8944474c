/*
 * disk: drives a virtio-blk function, or an NVMe controller where there is none, by polling, and says on the console what the
 * disk acknowledged. Words of the command line choose what it does:
 *
 *	keep		writes block after block and flushes each; "kept N" when the flush is done. Without flushing (word
 *			writethrough) it is the write itself that promises.
 *	fill		writes blocks until one fails, then tells what the disk says of the one before, and of a flush
 *	bench		rates of reading and writing, sequentially by 64 KiB and at random by 4 KiB; ms= for each
 *
 * blocks= is how many blocks of 4 KiB keep and fill write at most. Every doubleword of block N is N + 1.
 */
#include "console.h"
#include "cpu.h"
#include "disk.h"
#include "zpci.h"

static const struct disk *disk;

static u32 write_block(u64 n)
{
	u32 i;

	for (i = 0; i < BLOCK / 8; i++)
		((u64 *)disk_data)[i] = n + 1;
	return disk->ask(OUT, n * (BLOCK / SECTOR), BLOCK);
}

static int keep(u64 blocks)
{
	u64 n;

	for (n = 0; n < blocks; n++) {
		if (write_block(n) || (!parameter_given("writethrough") && disk->ask(FLUSH, 0, 0)))
			return 4;
		printf("kept %lu\n", n);
	}
	return 0;
}

static int fill(u64 blocks)
{
	u64 n;
	u32 status = 0;

	for (n = 0; n < blocks && !status; n++)
		status = write_block(n);
	printf("block %lu: status %u\n", n - 1, status);
	printf("flush: status %u\n", disk->ask(FLUSH, 0, 0));
	printf("read of block 0: status %u\n", disk->ask(IN, 0, BLOCK));
	return 0;
}

static u64 random(void)
{
	static u64 x = 88172645463325252UL;

	x ^= x << 13;
	x ^= x >> 7;
	return x ^= x << 17;
}

static void rate(const char *name, u32 type, u32 length, bool sequential, u64 places)
{
	u64 start = tod_clock(), budget = TOD_MS(parameter_number("ms", 1000)), spent, n = 0, bad = 0;

	do {
		u64 place = sequential ? n % places : random() % places;

		bad += disk->ask(type, place * (length / SECTOR), length) != 0;
		n++;
		spent = tod_clock() - start;
	} while (spent < budget);
	printf("RATE %s %lu requests %lu us %lu bad\n", name, n, spent >> 12, bad);
}

static int bench(void)
{
	u64 sectors = disk->sectors();

	printf("disk of %lu sectors\n", sectors);
	rate("read-64k", IN, LARGE, true, sectors / (LARGE / SECTOR));
	rate("write-64k", OUT, LARGE, true, sectors / (LARGE / SECTOR));
	rate("read-4k-random", IN, BLOCK, false, sectors / (BLOCK / SECTOR));
	rate("write-4k-random", OUT, BLOCK, false, sectors / (BLOCK / SECTOR));
	return 0;
}

int main(void)
{
	u64 blocks = parameter_number("blocks", 4096);

	disk = virtio_disk.start() ? &virtio_disk : &nvme_disk;
	if (disk == &nvme_disk && !nvme_disk.start())
		exit(1);
	return parameter_given("keep") ? keep(blocks) : parameter_given("fill") ? fill(blocks) : bench();
}
