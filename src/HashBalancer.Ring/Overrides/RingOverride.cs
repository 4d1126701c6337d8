namespace HashBalancer.Ring;

/// <summary>A stretch of the circle given to another node than its ring owner.</summary>
/// <remarks>Given by positions, not by points, so that it means the same keys whichever nodes come and go, and an arc can be moved
/// in parts. A stretch does not wrap: one across the ends of the circle is two.</remarks>
/// <param name="First">The first position: the upper 32 bits of the first hash.</param>
/// <param name="Last">The last position; not below <paramref name="First"/>.</param>
/// <param name="NodeId">The ServiceID of the node that shall own the stretch. While no member of the ring with a weight above 0
/// has it, the override rests and the ring's owners serve.</param>
public readonly record struct RingOverride(uint First, uint Last, string NodeId);
