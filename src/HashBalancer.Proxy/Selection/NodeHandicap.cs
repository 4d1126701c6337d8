namespace HashBalancer.Proxy;

/// <summary>How much heavier a node's requests count where it shares a hot key with others, by how much more utilised than they it has been for a minute.</summary>
/// <remarks>
/// <para>Where several nodes hold a key, choosing among them costs no cache anything: it can even out what arcs, too coarse and too dear to
/// move for it, leave uneven. Requests in flight tell of this moment alone, and are few; a node that is 3 % above the others for minutes does not show
/// in them (decision 0027).</para>
/// <para>Proportional control of an average: at <see cref="Gain"/> a node 5 % above the others counts one and a half times.</para>
/// <para>Thread-safe for readers; the rest is for one caller at a time.</para>
/// </remarks>
internal sealed class NodeHandicap
{
    /// <summary>The greatest; the least is its inverse. What nodes report is theirs to say: one that calls itself idle gets twice its part and no more.</summary>
    public const double Greatest = 2;

    private const double Gain = 10;

    /// <summary>Long enough that a wave of requests is over before it is answered, short enough for caches that warm.</summary>
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(60);

    /// <summary>A node that has said nothing for so long says nothing of now either.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    private double _value = 1;
    private double _excess;
    private long _reports;
    private TimeSpan _silent = Silence;

    /// <summary>1 for a node as utilised as the others, and for one that does not report; 0.5 to 2.</summary>
    public double Value => Volatile.Read(ref _value);

    /// <summary>Whether the node has reported nothing lately.</summary>
    public bool IsSilent => _silent >= Silence;

    /// <summary>Takes note of whether the node reported.</summary>
    /// <param name="reports">How many reports came so far.</param>
    /// <param name="elapsed">Since the last call.</param>
    public void Hear(long reports, TimeSpan elapsed)
    {
        _silent = reports == _reports ? _silent + elapsed : TimeSpan.Zero;
        _reports = reports;
    }

    /// <summary>Takes note of where the node stands now.</summary>
    /// <param name="excess">By which part it is more utilised than the others, negative when less; of no account while it <see cref="IsSilent"/>.</param>
    /// <param name="elapsed">Since the last call.</param>
    public void Follow(double excess, TimeSpan elapsed)
    {
        _excess += (1 - Math.Exp(-elapsed / Memory)) * ((IsSilent ? 0 : excess) - _excess);
        Volatile.Write(ref _value, Math.Clamp(1 + (Gain * _excess), 1 / Greatest, Greatest));
    }
}
