using HashBalancer.Allocation.Admission;

namespace HashBalancer.Proxy;

/// <summary>How many requests of a pool this gateway lets in at once, and in which order the others wait.</summary>
/// <remarks>Immutable; thread-safe.</remarks>
public sealed record AdmissionPolicy
{
    /// <summary>The most that a limit can be, and what the pool's is where nodes alone have one.</summary>
    internal const int Most = 1_000_000;

    /// <summary>What a body of no declared length counts towards <see cref="Bytes"/>.</summary>
    internal const long UnknownBytes = 64 * 1024;

    /// <summary>Requests in flight at once, 1 to 1,000,000; 0, the default, limits nothing.</summary>
    public int Limit { get; init; }

    /// <summary>Requests in flight at once to one node, 1 to 1,000,000: a node at its limit is passed over as one over its bound is, and the pool's limit is at most
    /// that of its nodes together. Default 0: no limit. Kept to within the requests that are being placed at the same moment.</summary>
    public int NodeLimit { get; init; }

    /// <summary>Whether the pool's limit follows its response times, from <see cref="MinLimit"/> to <see cref="Limit"/>, as <see cref="GradientLimit"/> says.
    /// Default false: it is <see cref="Limit"/>.</summary>
    public bool Adaptive { get; init; }

    /// <summary>Where an adaptive limit begins, and below which it does not fall, 1 to <see cref="Limit"/>. Default 10.</summary>
    public int MinLimit { get; init; } = 10;

    /// <summary>Bytes of request bodies in flight at once, by declared length, 1 to 2^40; a body of no declared length counts 64 KiB, a longer one than this as this.
    /// <see cref="AdmissionOrder.Fair"/> and <see cref="AdmissionOrder.Capacity"/> go by the dominant share of slots and bytes then. Default 0: bodies count for nothing.</summary>
    public long Bytes { get; init; }

    /// <summary>Whether anything is limited.</summary>
    internal bool Limits => Limit > 0 || NodeLimit > 0 || Bytes > 0;

    /// <summary>Which waiting class goes next. Default <see cref="AdmissionOrder.Fifo"/>.</summary>
    public AdmissionOrder Order { get; init; }

    /// <summary>Requests that may wait, 0 to 1,000,000. Default 1,000.</summary>
    public int QueueLimit { get; init; } = 1000;

    /// <summary>How long a request may wait, 1 ms to 1 h. Default 1 s.</summary>
    public TimeSpan QueueTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Under <see cref="AdmissionOrder.Priority"/>, the waiting time that counts as one step of priority, 0 to 1 h. Default 0: a higher class always goes first.</summary>
    public TimeSpan Ageing { get; init; }

    /// <summary>The request header whose value names the class. Default null: all requests are of one class.</summary>
    /// <remarks>Whoever sends it chooses: take one that a trusted proxy or a transform sets.</remarks>
    public string? ClassHeader { get; init; }

    /// <summary>The classes by name, compared without regard to case. Requests of no class, or of an unknown one, are of class <c>default</c>, which is there always.</summary>
    public Dictionary<string, AdmissionClassPolicy> Classes { get; init; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether another policy says the same, classes included.</summary>
    public bool SaysTheSameAs(AdmissionPolicy? other) =>
        other is not null && other with { Classes = Classes } == this
        && other.Classes.Count == Classes.Count && Classes.All(cls => other.Classes.TryGetValue(cls.Key, out AdmissionClassPolicy? same) && same == cls.Value);

    /// <summary>Every value out of range, each as <c>Key: what is wrong and what is allowed</c>.</summary>
    /// <param name="key">The key of this section.</param>
    public IEnumerable<string> Validate(string key)
    {
        if (Limit is < 0 or > 1_000_000)
            yield return $"{key}:Limit: is {Limit}, but must be 0 (no limit) to 1000000.";
        if (NodeLimit is < 0 or > 1_000_000)
            yield return $"{key}:NodeLimit: is {NodeLimit}, but must be 0 (no limit) to 1000000.";
        if (Adaptive && (Limit == 0 || MinLimit < 1 || MinLimit > Limit))
            yield return $"{key}:MinLimit: is {MinLimit}, but must be 1 to Limit, which is {Limit} and must be above 0 to be adaptive.";
        if (Bytes is < 0 or > 1L << 40)
            yield return $"{key}:Bytes: is {Bytes}, but must be 0 (no limit) to 1099511627776.";
        if (QueueLimit is < 0 or > 1_000_000)
            yield return $"{key}:QueueLimit: is {QueueLimit}, but must be 0 to 1000000.";
        if (QueueTimeout < TimeSpan.FromMilliseconds(1) || QueueTimeout > TimeSpan.FromHours(1))
            yield return $"{key}:QueueTimeout: is {QueueTimeout}, but must be 00:00:00.001 to 01:00:00.";
        if (Ageing < TimeSpan.Zero || Ageing > TimeSpan.FromHours(1))
            yield return $"{key}:Ageing: is {Ageing}, but must be 00:00:00 to 01:00:00.";
        if (Classes.Count > 0 && string.IsNullOrWhiteSpace(ClassHeader))
            yield return $"{key}:ClassHeader: is missing; it must name the header that tells the class, since Classes has some.";
        foreach ((string name, AdmissionClassPolicy at) in Classes)
        {
            if (at.Weight is not (> 0 and <= 1_000_000))
                yield return $"{key}:Classes:{name}:Weight: is {at.Weight}, but must be above 0, up to 1000000.";
            if (at.Guaranteed is not (>= 0 and <= 1))
                yield return $"{key}:Classes:{name}:Guaranteed: is {at.Guaranteed}, but must be 0 to 1.";
            if (at.MaxInFlight is < 1)
                yield return $"{key}:Classes:{name}:MaxInFlight: is {at.MaxInFlight}, but must be 1 or more.";
        }
    }
}

/// <summary>A class of requests: a tenant, a priority band.</summary>
public sealed record AdmissionClassPolicy
{
    /// <summary>The higher goes first, and is shed last. Default 0.</summary>
    public int Priority { get; init; }

    /// <summary>Relative right under <see cref="AdmissionOrder.Fair"/>, above 0. Default 1.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>The part of the limit that it may count on under <see cref="AdmissionOrder.Capacity"/>, 0 to 1. Default 0.</summary>
    public double Guaranteed { get; init; }

    /// <summary>Requests of the class in flight at once, 1 or more. Default null: the pool's limit alone.</summary>
    public int? MaxInFlight { get; init; }
}
