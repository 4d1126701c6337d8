namespace HashBalancer.LoadTests.Load;

/// <summary>Waits for a planned instant.</summary>
internal interface IPacer
{
    /// <summary>Returns at the instant or a little later, never earlier by more than the clock's step.</summary>
    /// <param name="instant">Nanoseconds of the run's clock.</param>
    /// <param name="cancellation">Ends the wait early.</param>
    ValueTask WaitUntil(long instant, CancellationToken cancellation);
}
