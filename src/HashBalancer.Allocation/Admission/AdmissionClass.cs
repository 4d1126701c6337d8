using HashBalancer.Allocation.Resources;

namespace HashBalancer.Allocation.Admission;

/// <summary>Which waiting class goes next.</summary>
public enum AdmissionOrder
{
    /// <summary>The request that came first, whatever its class; while it does not fit, nobody overtakes it.</summary>
    Fifo,

    /// <summary>The class with the highest priority.</summary>
    Priority,

    /// <summary>The class with the lowest dominant share of what is in flight, divided by weight (DRF).</summary>
    Fair,

    /// <summary>The class with the lowest share / guarantee; classes without a guarantee last.</summary>
    Capacity,
}

/// <summary>A class of requests: a route, a tenant, a priority band.</summary>
/// <param name="Name">Names the class to people.</param>
public sealed record AdmissionClass(string Name)
{
    /// <summary>Relative right under <see cref="AdmissionOrder.Fair"/>, above 0. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The higher goes first where the order leaves a tie. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>The part of everything that it may count on under <see cref="AdmissionOrder.Capacity"/>, 0 to 1. Default 0.</summary>
    public double Guaranteed { get; init; }

    /// <summary>What it may have in flight at most; resources left out are limited by the whole alone.</summary>
    public IReadOnlyDictionary<string, decimal> Maximum { get; init; } = new Dictionary<string, decimal>(StringComparer.Ordinal);
}

/// <summary>A waiting request.</summary>
/// <param name="Id">Breaks the last tie, ordinally.</param>
/// <param name="Cost">What it takes while it is in flight.</param>
/// <param name="Arrival">When it came, any unit.</param>
public readonly record struct AdmissionRequest(string Id, ResourceVector Cost, long Arrival);
