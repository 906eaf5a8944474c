#define REAL(type, name, root, absolute)                                                           \
	type name##_mix(type a, type b, type c) { return a * b + c - a / b; }                      \
	type name##_fused(type a, type b, type c) { return a * b - c; }                            \
	type name##_root(type a) { return root(absolute(a)); }                                     \
	int name##_order(type a, type b) { return a < b ? -1 : a > b ? 1 : a == b ? 0 : 2; }       \
	int name##_ordered(type a, type b) { return __builtin_islessgreater(a, b); }               \
	type name##_from(int a, long b, unsigned c, unsigned long d) { return (type)a + b + c + d; } \
	long name##_to_long(type a) { return (long)a; }                                            \
	int name##_to_int(type a) { return (int)a; }                                               \
	unsigned long name##_to_unsigned(type a) { return (unsigned long)a; }                      \
	type name##_sum(const type *values, int count)                                             \
	{                                                                                          \
		type sum = 0;                                                                      \
		for (int i = 0; i < count; i++)                                                    \
			sum += values[i] * values[count - i] - 1;                                  \
		return -sum;                                                                       \
	}

REAL(float, f32, __builtin_sqrtf, __builtin_fabsf)
REAL(double, f64, __builtin_sqrt, __builtin_fabs)
REAL(long double, f128, __builtin_sqrtl, __builtin_fabsl)

double widths(float a, long double b) { return (double)a + (double)b + (float)b; }
double rounded(double a) { return __builtin_floor(a) + __builtin_ceil(a) + __builtin_trunc(a) + __builtin_nearbyint(a); }
double signs(double a, double b) { return __builtin_copysign(a, b); }
int nans(double a, float b) { return __builtin_isnan(a) + __builtin_isinf(b); }

#define DECIMAL(type, name)                                                                        \
	type name##_mix(type a, type b) { return a * b + a / b - b; }                              \
	int name##_order(type a, type b) { return a < b; }                                         \
	type name##_from(long a) { return a; }                                                     \
	long name##_to(type a) { return (long)a; }

DECIMAL(_Decimal64, d64)
DECIMAL(_Decimal128, d128)

_Decimal32 d32_from(_Decimal64 a) { return (_Decimal32)a; }
double d64_to_binary(_Decimal64 a) { return (double)a; }
