"""Fetch memory ahead of its use."""

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

AHEAD = 8  # molecules whose memory is fetched while another one is looked at


@intrinsic
def fetch(typing, array, index):
    """Begin to fetch the memory of an array's element into the cache, without waiting for it."""

    def emit(context, builder, signature, given):
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        place = builder.bitcast(builder.gep(data, [given[1]]), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [place.type], kind)
        builder.call(prefetch, [place, number(0), number(3), number(1)])  # for reading, kept near, data
        return context.get_dummy_value()

    return types.void(array, types.intp), emit
