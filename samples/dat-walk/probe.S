/* One access each, at addresses the program knows. */
	.text
	.globl	probe_load, probe_load_end, probe_store, probe_store_end, probe_branch
probe_load:				/* u64 probe_load(u64 address) */
	lg	%r2,0(%r2)
probe_load_end:
	br	%r14
probe_store:				/* void probe_store(u64 address, u64 value) */
	stg	%r3,0(%r2)
probe_store_end:
	br	%r14
probe_branch:				/* void probe_branch(u64 address) */
	br	%r2
