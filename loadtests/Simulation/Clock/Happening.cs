namespace HashBalancer.Simulation.Clock;

/// <summary>Something that happens at a moment of virtual time.</summary>
internal abstract class Happening
{
    /// <summary>Happens.</summary>
    public abstract void Happen();
}
