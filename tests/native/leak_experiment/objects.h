/* Zeroing weak references and a census, for the objects of the experiment. Retain and release are written out: the
 * runtime that Debian ships knows neither ARC nor __weak. */
#import <Foundation/Foundation.h>

typedef enum kind { TOKENS, PLAYERS, LINKS, PROXIES, KINDS } kind;

/* How many objects of a class are alive. */
int living(kind kind);

/* An object of the census. */
@interface Counted : NSObject
+ (kind)kind;
@end

/* An object that others can refer to weakly, by an integer. */
@interface Referable : Counted {
    int _reference;
}
- (int)reference;
@end

/* The object that a weak reference stands for, retained for the caller; nil once its last owner has released it. */
id referred_retained(int reference);
/* The same, but autoreleased: what ARC makes of a method that returns a weak reference's object. */
id referred(int reference);
