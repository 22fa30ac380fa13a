/*
 * Of a hosted C library's header of this name, what PQClean's asks for: whether GCC is that new.
 */
#ifndef PIONEER_FEATURES_H
#define PIONEER_FEATURES_H

#define __GNUC_PREREQ(major, minor) \
    (__GNUC__ > (major) || (__GNUC__ == (major) && __GNUC_MINOR__ >= (minor)))

#endif
