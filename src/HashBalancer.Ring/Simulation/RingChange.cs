using System.Runtime.InteropServices;

namespace HashBalancer.Ring;

/// <summary>What may happen to a member of a ring.</summary>
public enum RingChangeKind
{
    /// <summary>A node that is not a member comes.</summary>
    Add,

    /// <summary>A member leaves.</summary>
    Remove,

    /// <summary>A member gets another weight.</summary>
    Reweight,
}

/// <summary>One change of a ring's members.</summary>
/// <param name="Kind">What happens.</param>
/// <param name="Id">The node's ServiceID.</param>
/// <param name="Weight">Its weight from then on, 0 to 1000; without meaning for one that leaves.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RingChange(RingChangeKind Kind, string Id, double Weight = 1);
