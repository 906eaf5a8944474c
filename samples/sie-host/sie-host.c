/*
 * sie-host: a small hypervisor for a machine that announces interpretive execution. It runs one of the other samples as its
 * guest: SIE interprets the guest, and this program handles what SIE leaves to it, RPCIT among that.
 *
 * The command line names the guest ("hello" if nothing else does), unless a flat image was loaded beside (--initrd);
 * "cpus=4" gives it CPUs, which take turns; "report" adds an account of the exits. Runs on the bare machine; devices are
 * those that the guest wants.
 */
#include "console.h"
#include "guest.h"
#include "sclp.h"
#include "string.h"

#define IMAGE_ADDRESS	0x10000
#define INITRD		0x10408			/* address and size */
#define IMAGE_MAX	(4 * MiB)		/* more would meet, while it is copied, what is copied there */

#define CPU_SIEF2		0x08		/* byte 2 of a CPU entry */

#define FACILITY_DOUBLEWORDS	4
#define ENHANCED_DAT_2		78
#define EXECUTION_PROTECTION	130
#define MAX_CPUS		8

static struct state_description descriptions[MAX_CPUS];
static struct vcpu vcpus[MAX_CPUS];
struct guest guest = { .cpus = 1 };

struct vcpu *guest_cpu(u32 address)
{
	return address < guest.cpus ? &vcpus[address] : NULL;
}

static bool has_interpretive_execution(void)
{
	static struct {
		struct sccb_header header;
		u16 configured, offset;
		u8 rest[4084];
	} info __attribute__((aligned(4096))) = { .header.length = sizeof(info) };

	if (sclp_call(SCLP_READ_CPU_INFO, &info.header) != SCLP_READ_DONE)
		return false;
	return ((u8 *)&info)[info.offset + 2] & CPU_SIEF2;
}

/* A flat image that was loaded beside this one, where Linux finds its initial RAM disk. */
static const struct image *beside(void)
{
	static struct image image = { .name = "an image loaded beside" };
	const u64 *place = lowcore(INITRD);

	if (!place[1])
		return NULL;
	image.from = (u8 *)place[0];
	image.to = image.from + place[1];
	return &image;
}

static const struct image *chosen(void)
{
	const struct image *i, *otherwise = NULL;

	if (beside())
		return beside();
	for (i = images; i < images_end; i++) {
		if (parameter_given(i->name))
			return i;
		if (!strcmp(i->name, "hello"))
			otherwise = i;
	}
	return otherwise;
}

/* The guest finds the machine's facilities but those that this program would have to do for it. */
static u64 facilities[FACILITY_DOUBLEWORDS];

static void read_facilities(void)
{
	static const u8 not_offered[] = { 11, 153 };	/* configuration topology, PCI memory I/O */
	register u64 r0 asm("0") = FACILITY_DOUBLEWORDS - 1;
	u32 i;

	asm volatile(".insn s,0xb2b00000,%1" : "+d"(r0), "=Q"(facilities) : : "cc", "memory");
	for (i = 0; i < ARRAY_SIZE(not_offered); i++)
		facilities[not_offered[i] / 64] &= ~(1UL << (63 - not_offered[i] % 64));
}

static bool is_offered(u32 facility)
{
	return facilities[facility / 64] >> (63 - facility % 64) & 1;
}

static void create_cpu(u16 address)
{
	struct state_description *sd = &descriptions[address];
	struct vcpu *v = &vcpus[address];

	v->sd = sd;
	v->address = address;
	reset_cpu(v, true);
	sd->cpuflags = SIE_ZARCH | (is_offered(ENHANCED_DAT_2) ? SIE_GED2 : SIE_GED);
	sd->host_cpu = 0xffff;
	sd->mso = GUEST_ORIGIN;
	sd->msl = GUEST_ORIGIN + GUEST_SIZE - MiB;
	sd->eca = ECA_CEI | ECA_PROTECTION;
	sd->ecb = ECB_SPECIFICATION;
	sd->ecb2 = ECB2_FRAME_KEYS | (is_offered(EXECUTION_PROTECTION) ? ECB2_EXECUTION : 0);
	sd->clock_comparator = ~0UL;
	sd->cpu_timer = ~0UL >> 1;
	sd->facilities = (u64)facilities;
}

static void create(const struct image *image)
{
	u32 n;

	if ((u64)(image->to - image->from) > IMAGE_MAX) {
		printf("sie-host: the image has more than %lu MiB\n", IMAGE_MAX / MiB);
		exit(1);
	}
	read_facilities();
	guest_storage_create();
	guest_store(IMAGE_ADDRESS, image->from, image->to - image->from);
	guest.cpus = parameter_number("cpus", 1);
	if (!guest.cpus || guest.cpus > MAX_CPUS)
		guest.cpus = 1;
	for (n = 0; n < guest.cpus; n++)
		create_cpu(n);
	vcpus[0].sd->psw = (struct psw){ PSW_EA_BA, IMAGE_ADDRESS };
	vcpus[0].stopped = false;
}

static const char *const exit_names[EXIT_KINDS] = {
	"instructions", "program interruptions", "opened masks", "waits", "storage to be provided", "I/O of the host",
	"timer of the host",
};

static void report(void)
{
	u32 i;

	if (!parameter_given("report"))
		return;
	printf("\nsie-host: exits of the guest\n");
	for (i = 0; i < EXIT_KINDS; i++)
		printf("  %6lu %s\n", guest.exits[i], exit_names[i]);
	printf("  %6lu pages provided, %lu RPCITs done for the guest\n", guest_pages(), guest.refreshes);
}

/* The guest's end is this program's: the machine sees the guest's wait. */
static void __attribute__((noreturn)) finish(const struct vcpu *v)
{
	report();
	disabled_wait(v->sd->psw.address);
}

void give_up(struct vcpu *v, const char *why)
{
	printf("sie-host: CPU %u of the guest cannot go on: %s\n", v->address, why);
	printf("  PSW %016lx %016lx, code %02x, ipa %04x, ipb %08x\n", v->sd->psw.mask, v->sd->psw.address, v->sd->icptcode,
	       v->sd->ipa, v->sd->ipb);
	disabled_wait(WAIT_CRASH);
}

#define PSW_ENABLED	(PSW_IO | PSW_EXT | PSW_MCHECK)

static void handle_exit(struct vcpu *v)
{
	switch (v->sd->icptcode) {
	case ICPT_NONE:
		return;				/* an interruption of the host */
	case ICPT_INSTRUCTION:
		guest.exits[EXIT_INSTRUCTION]++;
		handle_instruction(v);
		return;
	case ICPT_PROGRAM:
		guest.exits[EXIT_PROGRAM]++;
		reflect_program(v);
		return;
	case ICPT_OPERATION:
		guest.exits[EXIT_PROGRAM]++;
		v->per_events = 0;
		inject_program(v, PGM_OPERATION, instruction_length(v));
		return;
	case ICPT_EXTERNAL:
		guest.exits[EXIT_REQUEST]++;
		reflect_external(v);
		return;
	case ICPT_EXTERNAL_REQUEST:
	case ICPT_IO_REQUEST:
		guest.exits[EXIT_REQUEST]++;
		return;
	case ICPT_WAIT:
		guest.exits[EXIT_WAIT]++;
		guest.yields = true;
		return;
	}
	give_up(v, "an interception that nobody expected");
}

/* A program interruption of this program at SIE: the guest touched a page that it does not have yet. */
static void provide_storage(struct vcpu *v, u16 code)
{
	u64 address = pgm.teid & -PAGE_SIZE;

	memcpy(v->gr, lowcore(LC_PGM_GRS), sizeof(v->gr));
	guest.exits[EXIT_STORAGE]++;
	if ((code != PGM_SEGMENT && code != PGM_PAGE) || address < GUEST_ORIGIN || !guest_page(address - GUEST_ORIGIN))
		give_up(v, "its host has no storage for it");
}

/* The check of both pages of the prefix area at entry is not an access of the guest's: they must be there before. */
static void provide_prefix(struct vcpu *v)
{
	guest_page(v->sd->prefix);
	guest_page(v->sd->prefix + PAGE_SIZE);
}

/* One stay in SIE. */
static void run(struct vcpu *v)
{
	u16 code;

	provide_prefix(v);
	v->sd->icptcode = ICPT_NONE;
	host_timer(true);
	code = EXPECT_PGM(enter_guest(v));
	host_timer(false);
	note_host_interruptions();
	if (code)
		provide_storage(v, code);
	else
		handle_exit(v);
}

/* Whether the CPU has something to do now; else *next is when at the latest it has. */
static bool is_runnable(struct vcpu *v, u64 *next)
{
	u64 now = tod_clock(), timer;

	if (v->stopped)
		return false;
	deliver(v);
	if (v->sd->psw.mask & PSW_WAIT) {
		step_timer(v, now);
		timer = guest_timer(v, now);
		if (timer < *next)
			*next = timer;
		if (timer > now)
			return false;
	}
	v->waits_since = 0;
	return true;
}

/* The CPU runs until it waits, yields, stops, or has had its time slice. */
static void give_turn(struct vcpu *v)
{
	u64 next = ~0UL;

	load_registers(v);
	guest.yields = false;
	while (!guest.yields && is_runnable(v, &next))
		run(v);
	save_registers(v);
}

#define SIGP_STOP	5

/* All of the guest's CPUs are stopped: this one is the next. */
static void __attribute__((noreturn)) stop(void)
{
	u16 self;

	report();
	asm volatile("stap %0" : "=Q"(self));
	for (;;)
		asm volatile("sigp %%r0,%0,%1" : : "d"((u64)self), "i"(SIGP_STOP) : "cc", "memory");
}

/* Nothing to do: the end, when a CPU waits disabled and no timer can wake another; or a wait for a timer or a device. */
static void idle(u64 next)
{
	bool stopped = true;
	u32 n;

	for (n = 0; n < guest.cpus; n++) {
		if (vcpus[n].stopped)
			continue;
		stopped = false;
		if (next == ~0UL && !(vcpus[n].sd->psw.mask & PSW_ENABLED))
			finish(&vcpus[n]);
	}
	if (stopped)
		stop();
	wait_until(next);
}

static void __attribute__((noreturn)) run_all(void)
{
	u64 next;
	bool any;
	u32 n;

	arm_timer();
	for (;;) {
		next = ~0UL;
		any = false;
		for (n = 0; n < guest.cpus; n++) {
			if (!is_runnable(&vcpus[n], &next))
				continue;
			any = true;
			give_turn(&vcpus[n]);
		}
		if (!any)
			idle(next);
	}
}

int main(void)
{
	const struct image *image = chosen();

	if (!has_interpretive_execution()) {
		printf("sie-host: this machine announces no interpretive execution\n");
		return 0;
	}
	if (parameter_given("report"))
		printf("sie-host: %s as a guest with %lu MiB\n\n", image->name, GUEST_SIZE / MiB);
	create(image);
	install_handlers();
	host_timer(false);
	WRITE_CR(1, guest_space);
	WRITE_CR(6, 0xff000000);
	run_all();
}
