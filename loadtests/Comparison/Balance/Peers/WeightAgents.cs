using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using HashBalancer.Comparison.Balance.Nodes;

namespace HashBalancer.Comparison.Balance.Peers;

/// <summary>Tells a proxy weights that bring every node's utilisation to the mean: each is multiplied, every 5 s, by a root of how far its node is from it.</summary>
/// <remarks>The strongest that a proxy with weights can do. The utilisation is averaged over the time between; weights stay within what HAProxy takes.</remarks>
internal sealed class WeightAgents : IDisposable
{
    private const double Least = 5;
    private const double Most = 256;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly Fleet _fleet;
    private readonly double[] _weights;
    private readonly double[] _busy;
    private readonly List<Socket> _listeners = [];
    private readonly ITimer _timer;

    public WeightAgents(Fleet fleet, TimeProvider time)
    {
        _fleet = fleet;
        _weights = [.. fleet.Nodes.Select(_ => 100d)];
        _busy = new double[fleet.Nodes.Count];
        for (int i = 0; i < fleet.Nodes.Count; i++)
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            _listeners.Add(listener);
            _ = Answer(listener, i);
        }

        _timer = time.CreateTimer(_ => Adjust(), null, Interval, Interval);
    }

    public int PortOf(int node) => ((IPEndPoint)_listeners[node].LocalEndPoint!).Port;

    public void Dispose()
    {
        _timer.Dispose();
        foreach (Socket listener in _listeners)
            listener.Dispose();
    }

    /// <summary>The next weights, of a mean of 100.</summary>
    public static double[] Next(IReadOnlyList<double> weights, IReadOnlyList<double> busy)
    {
        double mean = busy.Average();
        if (mean <= 0)
            return [.. weights];
        double[] next = [.. weights.Zip(busy, (weight, own) => weight * Math.Clamp(Math.Sqrt(mean / Math.Max(own, mean / 100)), 0.7, 1.4))];
        double scale = 100 / next.Average();
        return [.. next.Select(weight => Math.Clamp(weight * scale, Least, Most))];
    }

    private void Adjust()
    {
        double[] now = [.. _fleet.Nodes.Select(node => node.BusyTime)];
        double[] next = Next(_weights, [.. now.Zip(_busy, (a, b) => a - b)]);
        for (int i = 0; i < next.Length; i++)
        {
            Volatile.Write(ref _weights[i], next[i]);
            _busy[i] = now[i];
        }
    }

    private async Task Answer(Socket listener, int node)
    {
        while (true)
        {
            try
            {
                using Socket socket = await listener.AcceptAsync();
                string answer = string.Create(CultureInfo.InvariantCulture, $"{Math.Round(Volatile.Read(ref _weights[node])):0}%\n");
                await socket.SendAsync(Encoding.ASCII.GetBytes(answer));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                if (!listener.IsBound || listener.SafeHandle.IsClosed)
                    return;
            }
        }
    }
}
