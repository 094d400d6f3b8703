#pragma once
// SHA256_Init and its kin are marked as old, in favor of a lookup that costs more than it gives here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
