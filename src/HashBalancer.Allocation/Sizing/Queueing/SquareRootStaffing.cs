namespace HashBalancer.Allocation.Sizing.Queueing;

/// <summary>
/// Servers = load + β × √load (Halfin and Whitt, 1981): the safety margin grows with the root, so large pools run busier at the
/// same quality.
/// </summary>
public static class SquareRootStaffing
{
    /// <summary>⌈load + β √load⌉.</summary>
    /// <param name="load">Arrivals × mean service time, 0 or more.</param>
    /// <param name="beta">Quality of service, 0 or more: 0.5 makes half of all wait, 1 about 22 %, 2 about 3 %.</param>
    public static int Servers(double load, double beta)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(load);
        ArgumentOutOfRangeException.ThrowIfNegative(beta);
        return checked((int)WholeNumber.Up(load + (beta * Math.Sqrt(load))));
    }

    /// <summary>The probability of waiting that β stands for in the limit of large pools: 1 / (1 + β Φ(β) / φ(β)).</summary>
    /// <param name="beta">0 to 8.</param>
    public static double ProbabilityOfWait(double beta)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(beta);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(beta, 8);

        // Φ(β) / φ(β) = ½ / φ(β) + β + β³/3 + β⁵/(3·5) + … (Marsaglia, "Evaluating the Normal Distribution", 2004).
        double density = Math.Exp(-beta * beta / 2) / Math.Sqrt(2 * Math.PI);
        double ratio = 0.5 / density, term = beta;
        for (int k = 3; term > ratio * 1e-17; k += 2)
        {
            ratio += term;
            term *= beta * beta / k;
        }

        return 1 / (1 + (beta * ratio));
    }
}
