namespace HashBalancer.LoadTests.Load;

/// <summary>The instants at which iterations shall start, in order, in nanoseconds since the run's start.</summary>
internal interface IArrivals
{
    long Next();
}
