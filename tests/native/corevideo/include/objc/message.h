/* To be cast to the type of the method that is called; nil answers 0. */
#ifndef STANDIN_OBJC_MESSAGE_H
#define STANDIN_OBJC_MESSAGE_H

#include <objc/runtime.h>

#pragma GCC system_header /* as Apple's is: clang knows the function by another type */

void objc_msgSend(void);

#endif
