namespace HashBalancer.LoadTests.Steps;

/// <summary>Why a step failed.</summary>
internal enum FailureKind
{
    None,
    /// <summary>No connection came about.</summary>
    Connect,
    /// <summary>No complete answer within the scenario's timeout, counted from the intended start.</summary>
    Timeout,
    /// <summary>The connection broke or closed before the answer was complete.</summary>
    Closed,
    /// <summary>The answer is no HTTP.</summary>
    Malformed,
    /// <summary>The status is none that the step expects.</summary>
    Status,
    /// <summary>The answer names another key than the request did.</summary>
    WrongKey,
    /// <summary>The answer's body is not as long as the step expects.</summary>
    Length,
    /// <summary>A message or an event is missing, or is not the one that was due.</summary>
    Message,
}

/// <summary>What came of a step.</summary>
/// <param name="Failure">Why it failed, or none.</param>
/// <param name="Sent">When its request was given to the system, in nanoseconds of the run's clock; <see cref="NeverSent"/> when that never happened.</param>
/// <param name="Status">The answer's status; 0 without an answer.</param>
/// <param name="Node">The number of the node that the answer names, or -1.</param>
/// <param name="Cached">Whether the node had the key cached, where the answer says.</param>
/// <param name="Bytes">The answer's body in bytes.</param>
/// <param name="Gateway">The number of the address that it was sent to.</param>
internal readonly record struct StepOutcome(
    FailureKind Failure, long Sent = StepOutcome.NeverSent, int Status = 0, int Node = -1, bool? Cached = null, long Bytes = 0, int Gateway = 0)
{
    public const long NeverSent = -1;
}
