/* Quality of service of a thread, as Darwin has it. */
#ifndef STANDIN_PTHREAD_QOS_H
#define STANDIN_PTHREAD_QOS_H

typedef enum { QOS_CLASS_USER_INTERACTIVE = 0x21, QOS_CLASS_DEFAULT = 0x15 } qos_class_t;

int pthread_set_qos_class_self_np(qos_class_t qos_class, int relative_priority);

#endif
