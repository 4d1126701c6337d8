namespace HashBalancer.Allocation.Policies.Fair;

/// <summary>What becomes of floors that together exceed the capacity.</summary>
internal static class Floors
{
    /// <summary>Cuts floors to a capacity: the higher priority first, inside one priority in proportion to the floor.</summary>
    /// <returns>Whether anything had to be cut.</returns>
    public static bool CutToCapacity(double capacity, Span<double> floors, ReadOnlySpan<int> priorities)
    {
        double sum = 0;
        foreach (double floor in floors)
            sum += floor;
        if (sum <= capacity * (1 + Resources.Shares.Tolerance))
            return false;

        int[] order = new int[floors.Length];
        int[] keys = new int[floors.Length];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
            keys[i] = -priorities[i];
        }

        Array.Sort(keys, order);
        double left = capacity;
        for (int start = 0, end; start < order.Length; start = end)
        {
            double wanted = 0;
            for (end = start; end < order.Length && keys[end] == keys[start]; end++)
                wanted += floors[order[end]];
            double fraction = wanted <= left ? 1 : left / wanted;
            for (int k = start; k < end; k++)
                floors[order[k]] *= fraction;
            left = Math.Max(0, left - wanted);
        }

        return true;
    }
}
