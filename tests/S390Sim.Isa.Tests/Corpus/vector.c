#define LOOP(type, name)                                                                           \
	void name##_loop(type *restrict a, const type *restrict b, const type *restrict c, int n)  \
	{                                                                                          \
		for (int i = 0; i < n; i++)                                                        \
			a[i] = b[i] * c[i] + (b[i] > c[i] ? b[i] : c[i] - a[i]);                   \
	}                                                                                          \
	type name##_reduce(const type *a, int n)                                                   \
	{                                                                                          \
		type sum = 0;                                                                      \
		for (int i = 0; i < n; i++)                                                        \
			sum += a[i];                                                               \
		return sum;                                                                        \
	}

LOOP(signed char, v8)
LOOP(unsigned short, v16)
LOOP(int, v32)
LOOP(unsigned long, v64)
LOOP(float, vf32)
LOOP(double, vf64)

#ifdef __VEC__
#include <vecintrin.h>

typedef vector unsigned char bytes;
typedef vector signed short halfwords;
typedef vector unsigned int words;
typedef vector signed long long doublewords;
typedef vector double reals;

bytes strings(bytes a, bytes b, int *cc)
{
	bytes x = vec_find_any_eq_or_0_idx_cc(a, b, cc);
	x += vec_cmpeq_idx_cc(a, x, cc) + vec_cmpne_or_0_idx(b, x);
	return x + vec_cmprg_idx(a, b, x);
}

words packs(doublewords a, doublewords b, halfwords c, int *cc)
{
	words x = (words)vec_packs_cc(a, b, cc);
	return x + (words)vec_unpackh(c) + (words)vec_unpackl(c) + vec_splat(x, 2);
}

bytes permutes(bytes a, bytes b, bytes c)
{
	return vec_perm(a, b, c) ^ vec_sel(a, b, c) ^ vec_sld(a, b, 5) ^ vec_sll(a, b) ^ vec_genmask(0x1234) ^
	       vec_mergeh(a, b) ^ vec_rl(a, b);
}

words multiplies(words a, words b, words c)
{
	return vec_mulh(a, b) + vec_meadd((vector unsigned short)a, (vector unsigned short)b, c) +
	       (words)vec_sum4((bytes)a, (bytes)b) + vec_max(a, b) + vec_avg(a, c) + vec_cntlz(a);
}

reals floats(reals a, reals b, reals c, int *cc)
{
	reals x = vec_madd(a, b, c) + vec_sqrt(a) - vec_abs(b) + vec_roundc(c);
	return vec_all_lt(x, a) ? x : vec_msub(a, b, x) * (reals)vec_fp_test_data_class(a, 0xFF, cc);
}

bytes loads(const unsigned char *p, int n)
{
	bytes x = vec_load_len(p, n) + vec_load_bndry(p, 64) + vec_xl(n, p);
	x[n & 15] = p[1];
	vec_store_len(x, (unsigned char *)p, n);
	return x + vec_insert(p[2], x, n);
}
#endif
