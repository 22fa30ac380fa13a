/*
 * Counts primes as Embench does: by a sieve that keeps the first 42 primes and, of each, the multiple
 * that is met next, up to the square of the last one.
 * Region 0, one pass.
 */
#include "measure.h"

enum { KEPT = 42, LAST_KEPT = 181 };

/* A number that no kept prime up to its root divides is prime. Ends at the first number that all of
 * them were tried on. */
__attribute__((noinline)) static int count_primes(void) {
    int32_t prime[KEPT], multiple[KEPT];
    int kept = 1;
    int found = 1;
    int32_t root = 2;
    prime[0] = 2;
    multiple[0] = 4;
    for (int32_t number = 3;; number++) {
        while (root * root <= number) {
            root++;
        }
        root--;
        int i = 0;
        while (i < kept && prime[i] <= root) {
            while (multiple[i] < number) {
                multiple[i] += prime[i];
            }
            if (multiple[i] == number) {
                break;
            }
            i++;
        }
        if (i == kept) {
            return found;
        }
        if (prime[i] > root) {
            found++;
            if (kept < KEPT) {
                prime[kept] = number;
                multiple[kept++] = number * number;
            }
        }
    }
}

/* By trial division. */
static int plain_primes(void) {
    int found = 0;
    for (int number = 2; number < LAST_KEPT * LAST_KEPT; number++) {
        int divisor = 2;
        while (divisor * divisor <= number && number % divisor != 0) {
            divisor++;
        }
        found += divisor * divisor > number;
    }
    return found;
}

int main(void) {
    int found = 0;
    MEASURE(0, found = count_primes());
    return found != plain_primes();
}
