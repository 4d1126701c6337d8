using System.Globalization;
using System.Text;

namespace HashBalancer.Consul;

/// <summary>Sends calls: picks the address, adds the token, bounds the time and the size, and turns every failure into a typed exception.</summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class ConsulTransport : IDisposable
{
    private readonly ConsulClientOptions _options;
    private readonly ConsulAddress[] _addresses;
    private readonly TokenSource _tokens;
    private readonly HttpMessageInvoker _http;
    private readonly TimeProvider _time;
    private volatile int _preferred;

    public ConsulTransport(ConsulClientOptions options, HttpMessageHandler? handler, TimeProvider time)
    {
        _options = options;
        _time = time;
        _addresses = [.. options.AllAddresses.Select(Parse)];
        _tokens = new TokenSource(options.Token, options.TokenFile);
        _http = new HttpMessageInvoker(handler ?? ConnectionFactory.CreateHandler(options, _addresses), disposeHandler: handler is null);
    }

    /// <summary>The address that answered last.</summary>
    public string CurrentAddress => _addresses[_preferred].ToString();

    /// <summary>Sends a call; the caller disposes the answer.</summary>
    /// <exception cref="ConsulException">The call did not succeed.</exception>
    public async Task<ConsulReply> SendAsync(ConsulRequest request, CancellationToken cancellation)
    {
        TimeSpan limit = _options.RequestTimeout + request.ServerWait;
        int first = _preferred;
        var failures = new List<(ConsulAddress Address, Exception Error)>();
        for (int i = 0; i < _addresses.Length; i++)
        {
            int at = (first + i) % _addresses.Length;
            ConsulAddress address = _addresses[at];
            try
            {
                ConsulReply reply = await SendToAsync(address, request, limit, cancellation);
                _preferred = at;
                return reply;
            }
            catch (ConnectionFailedException e)
            {
                failures.Add((address, e.InnerException!));
                // Only a call that never left this process, or one that reads, may be given to another agent.
                if (!e.NothingSent && request.Method != HttpMethod.Get)
                    break;
            }
            catch (ConsulException e) when (e is ConsulNoLeaderException or ConsulTimeoutException)
            {
                // The agent is cut off or stuck: the next call tries another one. This call has used its time up.
                _preferred = (at + 1) % _addresses.Length;
                throw;
            }
        }

        _preferred = (first + failures.Count) % _addresses.Length;
        throw Unreachable(request, failures);
    }

    public void Dispose() => _http.Dispose();

    private static ConsulAddress Parse(string text, int position)
    {
        if (!ConsulAddress.TryParse(text, out ConsulAddress? address, out string? why))
            throw new ArgumentException(why, nameof(text));
        // Sockets need host names of their own: connections are pooled by host.
        return address.SocketPath is null ? address : address with { BaseUri = $"http://{ConnectionFactory.SocketHost(position)}" };
    }

    private static ConsulUnreachableException Unreachable(ConsulRequest request, List<(ConsulAddress Address, Exception Error)> failures)
    {
        var message = new StringBuilder($"{request.Method} {request.Target} reached no agent:");
        foreach ((ConsulAddress address, Exception error) in failures)
            message.Append(CultureInfo.InvariantCulture, $" {address}: {Innermost(error).Message.TrimEnd('.')};");
        message[^1] = '.';
        return new ConsulUnreachableException(message.ToString(), request.Method.Method, request.Target, failures[^1].Error);
    }

    private static Exception Innermost(Exception error)
    {
        while (error.InnerException is { } inner)
            error = inner;
        return error;
    }

    private async Task<ConsulReply> SendToAsync(ConsulAddress address, ConsulRequest request, TimeSpan limit, CancellationToken cancellation)
    {
        string method = request.Method.Method;
        using HttpRequestMessage message = Message(address, request);
        using var deadline = new CancellationTokenSource(limit, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellation, deadline.Token);
        HttpResponseMessage? response = null;
        bool answered = false;
        try
        {
            response = await _http.SendAsync(message, linked.Token);
            answered = true;
            PooledBody body = await PooledBody.ReadAsync(response.Content, _options.MaxResponseBytes, linked.Token);
            int status = (int)response.StatusCode;
            if (status == 200 || request.AlsoAccepted.Contains(status))
            {
                var reply = new ConsulReply(request, status, response, body);
                response = null;
                return reply;
            }

            using (body)
                throw ErrorClassifier.Classify(method, request.Target, status, body.Span);
        }
        catch (BodyTooLargeException)
        {
            throw new ConsulBadResponseException(
                $"The answer to {method} {request.Target} has more than {_options.MaxResponseBytes} bytes.", method, request.Target, (int)response!.StatusCode, "");
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested && deadline.IsCancellationRequested)
        {
            throw new ConsulTimeoutException($"{method} {request.Target} had no whole answer from {address} within {limit:c}.", method, request.Target, limit, e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            throw new ConnectionFailedException(e, NothingSent: !answered && IsConnectFailure(e));
        }
        finally
        {
            response?.Dispose();
        }
    }

    // The connect timeout shows as a cancellation that neither the caller nor the deadline asked for.
    private static bool IsConnectFailure(Exception error) => error is OperationCanceledException || error is HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    };

    private HttpRequestMessage Message(ConsulAddress address, ConsulRequest request)
    {
        string? token;
        try
        {
            token = request.Token ?? _tokens.Current();
        }
        catch (TokenFileException e)
        {
            throw new ConsulTokenException(e.Message, request.Method.Method, request.Target, e.InnerException);
        }

        var message = new HttpRequestMessage(request.Method, address.BaseUri + request.Target)
        {
            Content = request.Body is null ? null : new ByteArrayContent(request.Body),
        };
        // The handler takes the name to ask for in TLS from the Host header, not from its own TLS options.
        if (_options.Tls.ServerName is { } name && message.RequestUri!.Scheme == Uri.UriSchemeHttps)
            message.Headers.Host = name;
        if (token is not null)
            message.Headers.TryAddWithoutValidation("X-Consul-Token", token);
        return message;
    }

    /// <summary>The connection could not be made or broke; the inner exception says how.</summary>
    private sealed class ConnectionFailedException(Exception cause, bool NothingSent) : Exception(cause.Message, cause)
    {
        public bool NothingSent { get; } = NothingSent;
    }
}
