/*
 * Which words of the state the bytes of a column come from: encryption takes row r from r columns
 * on, decryption from r columns back. In: the state's words from the column's own on, in order.
 */
#ifndef PIONEER_AES_SHIFT_ROWS_H
#define PIONEER_AES_SHIFT_ROWS_H

#ifdef DECRYPT
#define SHIFTED(s0, s1, s2, s3) s0, s3, s2, s1
#else
#define SHIFTED(s0, s1, s2, s3) s0, s1, s2, s3
#endif

#endif
