using HashBalancer.Functional.Failures;
using HashBalancer.Functional.Processes;

namespace HashBalancer.Functional.Choosing;

/// <summary>Requests at a steady rate for keys drawn by a seeded chance.</summary>
internal static class KeyedLoad
{
    /// <summary>Starts requests whose k-th key of so many has a weight of 1/k.</summary>
    public static SteadyLoad StartZipf(RunningGateway gateway, HttpClient client, double perSecond, int keys)
    {
        double[] upTo = new double[keys];
        double sum = 0;
        for (int k = 0; k < keys; k++)
            upTo[k] = sum += 1.0 / (k + 1);
        var random = new Random(1);
        return Start(gateway, client, perSecond, () =>
        {
            int at = Array.BinarySearch(upTo, random.NextDouble() * sum);
            return $"user-{(at < 0 ? ~at : at)}";
        });
    }

    /// <summary>Starts requests for keys that are drawn one after another.</summary>
    public static SteadyLoad Start(RunningGateway gateway, HttpClient client, double perSecond, Func<string> next) => SteadyLoad.Start(gateway, perSecond, i =>
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri(gateway.Proxy, $"/items/{i}"));
        request.Headers.Add("X-User-Id", next());
        return request;
    }, client);
}
