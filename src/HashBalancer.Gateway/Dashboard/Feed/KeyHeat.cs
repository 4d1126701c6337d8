using HashBalancer.Ring;

namespace HashBalancer.Gateway.Dashboard.Feed;

/// <summary>Where on the circle requests come in: the circle in equal sectors, each as one letter. Of the feed's loop alone.</summary>
internal sealed class KeyHeat
{
    /// <summary>Two degrees each.</summary>
    public const int Sectors = 180;

    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /// <summary>Seconds after which what was seen counts 1/e.</summary>
    private const double Memory = 5;

    private readonly double[] _rates = new double[Sectors];
    private uint[] _seen = new uint[SliceCounts.Count];
    private uint[] _next = new uint[SliceCounts.Count];
    private bool _begun;

    /// <summary>A letter a sector, A to _, in steps of a 63rd of the busiest one; null when no keyed request came.</summary>
    public string? Text { get; private set; }

    /// <summary>Takes what was counted in the time since the last call.</summary>
    public void Measure(SliceCounts counts, double seconds)
    {
        counts.Read(_next);
        if (_begun)
        {
            Span<double> now = stackalloc double[Sectors];
            for (int slice = 0; slice < _next.Length; slice++)
                now[(int)((long)slice * Sectors / SliceCounts.Count)] += unchecked(_next[slice] - _seen[slice]);
            double kept = Math.Exp(-seconds / Memory), most = 0;
            for (int sector = 0; sector < Sectors; sector++)
            {
                _rates[sector] = (kept * _rates[sector]) + ((1 - kept) * now[sector] / seconds);
                most = Math.Max(most, _rates[sector]);
            }

            Text = most < 0.01 ? null : string.Create(Sectors, (_rates, most), static (text, of) =>
            {
                for (int sector = 0; sector < text.Length; sector++)
                    text[sector] = Letters[(int)Math.Round(63 * of._rates[sector] / of.most)];
            });
        }

        (_seen, _next, _begun) = (_next, _seen, true);
    }
}
