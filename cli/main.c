#include <stdio.h>

#include "attune_version.h"

int main(void)
{
    puts("attune " ATTUNE_VERSION " (" ATTUNE_COMMIT ")");
    return 0;
}
