namespace HashBalancer.Allocation.Policies.Capacity;

/// <summary>Guarantees with elastic lending, every resource for itself (<see cref="CapacityLevel"/>).</summary>
internal sealed class CapacityPolicy : IAllocationPolicy
{
    public string Name => PolicyNames.Capacity;

    public bool WorkConserving => true;

    public void Divide(PolicyLevel level)
    {
        Span<double> numbers = level.Scratch.Numbers(3 * level.Count);
        Span<double> guaranteed = numbers[..level.Count], wanted = numbers.Slice(level.Count, level.Count), shares = numbers[(2 * level.Count)..];
        for (int r = 0; r < level.Resources; r++)
        {
            for (int i = 0; i < level.Count; i++)
            {
                // A floor above the guarantee (what the guarantees below add up to) is as good as guaranteed.
                guaranteed[i] = Math.Max(level.GuaranteedTo(i)[r], level.FloorOf(i)[r]);
                wanted[i] = level.WantedBy(i)[r];
                shares[i] = level.FloorOf(i)[r];
            }

            CapacityLevel.Raise(level.Scratch.Single, level.Capacity[r], guaranteed, wanted, level.Priorities, shares);
            for (int i = 0; i < level.Count; i++)
                level.ShareOf(i)[r] = shares[i];
        }
    }
}
