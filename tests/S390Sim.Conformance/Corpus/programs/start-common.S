/* setjmp and longjmp: registers 6-15 and floating-point registers 8-15. */
	.text
	.globl	save_place
save_place:
	stmg	%r6,%r15,0(%r2)
	std	%f8,80(%r2)
	std	%f9,88(%r2)
	std	%f10,96(%r2)
	std	%f11,104(%r2)
	std	%f12,112(%r2)
	std	%f13,120(%r2)
	std	%f14,128(%r2)
	std	%f15,136(%r2)
	lghi	%r2,0
	br	%r14

	.globl	go_to_place
go_to_place:
	ld	%f8,80(%r2)
	ld	%f9,88(%r2)
	ld	%f10,96(%r2)
	ld	%f11,104(%r2)
	ld	%f12,112(%r2)
	ld	%f13,120(%r2)
	ld	%f14,128(%r2)
	ld	%f15,136(%r2)
	lmg	%r6,%r15,0(%r2)
	lgr	%r2,%r3
	br	%r14
	.section .note.GNU-stack,"",@progbits
