using HashBalancer.Allocation.Policies.Filling;

namespace HashBalancer.Allocation.Policies.Fair;

/// <summary>Weighted max-min fairness of every resource for itself (<see cref="MaxMinFairness"/>).</summary>
internal sealed class FairPolicy : IAllocationPolicy
{
    public string Name => PolicyNames.Fair;

    public bool WorkConserving => true;

    public void Divide(PolicyLevel level)
    {
        ProgressiveFilling filling = level.Scratch.Single;
        for (int r = 0; r < level.Resources; r++)
        {
            filling.Reset(level.Count);
            filling.Limit[0] = level.Capacity[r];
            for (int i = 0; i < level.Count; i++)
            {
                filling.Use[i] = 1;
                filling.Speed[i] = level.Weights[i];
                filling.Floor[i] = level.FloorOf(i)[r];
                filling.Ceiling[i] = level.WantedBy(i)[r];
            }

            filling.Run();
            filling.RunForZeroWeights(static _ => 1);
            for (int i = 0; i < level.Count; i++)
                level.ShareOf(i)[r] = filling.Units[i];
        }
    }
}
