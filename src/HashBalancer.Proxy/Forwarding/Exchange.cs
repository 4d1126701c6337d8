using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace HashBalancer.Proxy;

/// <summary>One request on the lean path: to the node and back.</summary>
/// <remarks>Used again for the later requests of a client's connection, one after another.</remarks>
internal sealed class Exchange(HttpContext context, SeededSequence chance)
{
    private NodeConnections _to = null!;
    private long _timeout;
    private CancellationToken _cancellation;
    private IAnswerJudge? _judge;
    private RouteTransforms _transforms = RouteTransforms.Default;
    private HopFields _hop;
    private Expectation? _expectation;

    /// <summary>Bytes of informational responses to the request under way.</summary>
    private int _informational;

    /// <summary>Forwards the request; null when this path cannot, with nothing sent and nothing touched.</summary>
    /// <param name="to">The node's connections.</param>
    /// <param name="transforms">What the request's route changes.</param>
    /// <param name="timeout">Milliseconds without activity after which the request is given up.</param>
    /// <param name="judge">Who is asked before the answer is passed on; null: it is.</param>
    /// <param name="cancellation">Gives the request up.</param>
    public ValueTask<ForwarderError?> Run(NodeConnections to, RouteTransforms transforms, long timeout, IAnswerJudge? judge, CancellationToken cancellation)
    {
        (_to, _transforms, _timeout, _judge, _cancellation) = (to, transforms, timeout, judge, cancellation);
        _hop = HopFields.Of(context);
        _expectation = null;
        _informational = 0;
        return to.Turns is { } turns ? RunInTurn(turns) : Run();
    }

    /// <summary>Whether the exchange is for the requests that come in this context.</summary>
    public bool IsOf(HttpContext other) => ReferenceEquals(context, other);

    private async ValueTask<ForwarderError?> RunInTurn(SemaphoreSlim turns)
    {
        try
        {
            using CancellationTokenSource limit = _to.ConnectLimit(context.RequestAborted, _cancellation);
            await turns.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException error)
        {
            return ConnectFailed(error);
        }

        try
        {
            return await Run();
        }
        finally
        {
            turns.Release();
        }
    }

    // Awaited once, by whoever asked: its state can be used again.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ForwarderError?> Run()
    {
        HttpRequest request = context.Request;
        bool hasBody = context.Features.Of<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true && request.ContentLength != 0;
        // Methods differ by case (RFC 9110 section 9.1), to the server and to nodes alike.
        bool mayRepeat = !hasBody && (request.Method == HttpMethods.Get || request.Method == HttpMethods.Head || request.Method == HttpMethods.Options);
        while (true)
        {
            NodeConnection? connection = _to.TryTake();
            bool isFresh = connection is null;
            if (connection is null)
            {
                try
                {
                    connection = await _to.Connect(context.RequestAborted, _cancellation);
                }
                catch (Exception error) when (error is SocketException or OperationCanceledException)
                {
                    return ConnectFailed(error);
                }
            }

            int length = RequestHead.Write(connection, context, _to, hasBody, _transforms, _hop.Lines, chance);
            if (length <= 0)
            {
                _to.PutBack(connection);
                return length == RequestHead.Unsound ? RequestFields.Refuse(context) : null;
            }

            connection.Begin(context.Features.Of<IHttpRequestLifetimeFeature>(), _timeout, _cancellation);
            CancellationTokenRegistration unwanted = _judge is null ? default : _judge.Unwanted.UnsafeRegister(static connection => ((NodeConnection)connection!).Abort(GivenUp.Canceled), connection);
            Task<(ForwarderError Error, Exception? Exception)>? upload = null;
            HttpRequestException? wrong;
            try
            {
                if (hasBody)
                    upload = Upload(connection, length);
                else
                    await connection.Send(connection.Head.AsMemory(0, length));
                while (!TryReadHead(connection, out wrong))
                {
                    if (await connection.Receive() > 0)
                        continue;
                    wrong = connection.Received.IsEmpty
                        ? throw new SocketException((int)SocketError.ConnectionReset)
                        : new HttpRequestException(HttpRequestError.ResponseEnded, "The node closed within the head of its response.");
                    break;
                }
            }
            catch (Exception error) when (error is SocketException or ObjectDisposedException)
            {
                // A connection that the node closed just before may be the reason; nothing of an answer has come.
                if (!isFresh && mayRepeat && connection.End == connection.Start && connection.GivenUp == GivenUp.No)
                {
                    connection.Dispose();
                    continue;
                }

                wrong = new HttpRequestException(HttpRequestError.ResponseEnded, "The connection broke before the response.", error);
            }

            if (wrong is not null)
                return await Failed(connection, upload, wrong);
            if (_judge is { } judge)
            {
                bool isTaken = await judge.Takes(connection.Response.Status);
                // The connection may soon be another request's.
                await unwanted.DisposeAsync();
                if (!isTaken)
                    return await Drop(connection, upload);
            }

            ResponseFields.Pass(context, connection.Response, connection.Received, _transforms, _hop);
            connection.Start += connection.Response.Size;
            if (connection.Response.Status == StatusCodes.Status101SwitchingProtocols)
                return await Tunnel.Run(context, connection);
            return TryPassWhole(connection, upload) ? ForwarderError.None : await Respond(connection, upload);
        }
    }

    /// <summary>Sends the head and, at once or when the node wants it, the body.</summary>
    private Task<(ForwarderError Error, Exception? Exception)> Upload(NodeConnection connection, int length)
    {
        ReadOnlyMemory<byte> head = connection.Head.AsMemory(0, length);
        if (context.Request.Headers.Expect.Count == 0)
            return RequestBody.Send(head, context, connection, _transforms);
        _expectation = new Expectation(_to.Time);
        return _expectation.Send(head, connection, () => RequestBody.Send(default, context, connection, _transforms));
    }

    private ForwarderError ConnectFailed(Exception error)
    {
        if (context.RequestAborted.IsCancellationRequested || _cancellation.IsCancellationRequested)
            return ForwardError.Report(context, ForwarderError.RequestCanceled, error, StatusCodes.Status502BadGateway);
        bool isName = error is SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData or SocketError.NoRecovery };
        var cause = new HttpRequestException(
            isName ? HttpRequestError.NameResolutionError : HttpRequestError.ConnectionError, "No connection to the node.", error);
        return ForwardError.Report(context, ForwarderError.Request, cause, StatusCodes.Status502BadGateway);
    }

    /// <summary>Reads the head of the final response; false when more must be received.</summary>
    private bool TryReadHead(NodeConnection connection, out HttpRequestException? wrong)
    {
        wrong = null;
        while (true)
        {
            int end = connection.Received.IndexOf("\r\n\r\n"u8);
            if (end < 0)
            {
                if (connection.Received.Length < ResponseHead.MaximumLength)
                    return false;
                wrong = new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, "The head of the node's response is too long.");
                return true;
            }

            ResponseHead head = connection.Response;
            bool isSound = head.TryRead(connection.Received[..(end + 4)], context.Request.Method == HttpMethods.Head)
                && (head.Status == StatusCodes.Status101SwitchingProtocols ? Switches(connection) : !IsWrong205(head));
            if (!isSound)
                wrong = new HttpRequestException(HttpRequestError.InvalidResponse, "The node's response is malformed or ambiguous.");
            else if (head.Status is < 200 and not StatusCodes.Status101SwitchingProtocols && (_informational += head.Size) > ResponseHead.MaximumLength)
                wrong = new HttpRequestException(HttpRequestError.ConfigurationLimitExceeded, "The node sends informational responses without end.");
            if (wrong is not null || head.Status >= 200 || head.Status == StatusCodes.Status101SwitchingProtocols)
            {
                // A node that has refused the request needs no body, and the client has not begun with it.
                _ = _expectation?.TryDecide(isWanted: wrong is null && head.Status < StatusCodes.Status300MultipleChoices);
                return true;
            }

            if (head.Status == StatusCodes.Status100Continue)
                _ = _expectation?.TryDecide(isWanted: true);
            connection.Start += end + 4;
        }
    }

    /// <summary>Whether the node goes over to the protocol that the client asked for.</summary>
    private bool Switches(NodeConnection connection)
    {
        if (_hop.Protocol is null)
            return false;
        ReadOnlySpan<byte> received = connection.Received;
        bool isNamed = false;
        foreach (ResponseHead.Field field in connection.Response.Fields)
        {
            if (!Ascii.EqualsIgnoreCase(received.Slice(field.Name, field.NameLength), "upgrade"u8))
                continue;
            if (isNamed || !Ascii.EqualsIgnoreCase(received.Slice(field.Value, field.ValueLength), _hop.Protocol))
                return false;
            isNamed = true;
        }

        return isNamed;
    }

    /// <summary>Whether a 205 has content: the client could not be given it.</summary>
    private static bool IsWrong205(ResponseHead head) => head is { Status: 205, Framing: BodyFraming.Length, Length: > 0 };

    /// <summary>Ends a request that has no response.</summary>
    private async ValueTask<ForwarderError> Failed(
        NodeConnection connection, Task<(ForwarderError Error, Exception? Exception)>? upload, HttpRequestException error)
    {
        GivenUp why = connection.GivenUp;
        connection.Dispose();
        if (await Stop(upload) is { Error: ForwarderError.RequestBodyClient } broken)
            return ForwardError.Report(context, ForwarderError.RequestBodyClient, broken.Exception, StatusOf(broken.Exception));
        return why switch
        {
            GivenUp.TimedOut => ForwardError.Report(context, ForwarderError.RequestTimedOut, error, StatusCodes.Status504GatewayTimeout),
            GivenUp.Canceled => ForwardError.Report(context, ForwarderError.RequestCanceled, error, StatusCodes.Status502BadGateway),
            _ => ForwardError.Report(context, ForwarderError.Request, error, StatusCodes.Status502BadGateway),
        };
    }

    /// <summary>Ends a request whose answer is not the one that the client gets; the connection is kept if all of the answer has come.</summary>
    private async ValueTask<ForwarderError> Drop(NodeConnection connection, Task<(ForwarderError Error, Exception? Exception)>? upload)
    {
        ResponseHead head = connection.Response;
        context.Response.StatusCode = head.Status;
        long size = head.Size + (head.Framing == BodyFraming.Length ? head.Length : 0);
        if (head.IsKeptAlive && head.Framing is BodyFraming.None or BodyFraming.Length && connection.Received.Length >= size
            && upload is null or { IsCompletedSuccessfully: true, Result.Error: ForwarderError.None })
        {
            connection.Start += (int)size;
            _to.Return(connection);
        }
        else
        {
            connection.Dispose();
        }

        await Stop(upload);
        return ForwarderError.None;
    }

    private static int StatusOf(Exception? error) => (error as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;

    /// <summary>Stops a body that is still being sent and waits for it, so that nothing reads it any more.</summary>
    private async ValueTask<(ForwarderError Error, Exception? Exception)> Stop(Task<(ForwarderError Error, Exception? Exception)>? upload)
    {
        if (upload is null)
            return default;
        if (!upload.IsCompleted && _expectation?.TryDecide(isWanted: false) != true)
            context.Request.BodyReader.CancelPendingRead();
        return await upload;
    }

    /// <summary>Ends the request here if all of its body was received with the head, as it is with small ones, and none of its own is under way.</summary>
    private bool TryPassWhole(NodeConnection connection, Task<(ForwarderError Error, Exception? Exception)>? upload)
    {
        ResponseHead head = connection.Response;
        bool isWhole = head.Framing == BodyFraming.None
            || (head.Framing == BodyFraming.Length && connection.Received.Length >= head.Length && head.Length <= ResponseBody.LargestKeptAside);
        if (!isWhole || upload is not null || !head.IsKeptAlive)
            return false;
        if (head.Framing == BodyFraming.Length)
        {
            context.Response.BodyWriter.Write(connection.Received[..(int)head.Length]);
            connection.Start += (int)head.Length;
        }

        _to.Return(connection);
        return true;
    }

    private async ValueTask<ForwarderError> Respond(NodeConnection connection, Task<(ForwarderError Error, Exception? Exception)>? upload)
    {
        connection.IsResponding = true;
        (ForwarderError error, Exception? cause) = await ResponseBody.Pass(context, connection, _hop.TrailersOf(connection.Response));
        connection.IsResponding = false;
        if (error == ForwarderError.None)
            connection.Narrow();
        bool isSent = upload is null or { IsCompletedSuccessfully: true };
        if (error != ForwarderError.None || !isSent || !connection.Response.IsKeptAlive)
        {
            connection.Dispose();
            await Stop(upload);
        }
        else if (upload is not null && (await upload).Error != ForwarderError.None)
        {
            connection.Dispose();
        }
        else
        {
            _to.Return(connection);
        }

        return error == ForwarderError.None ? error : ForwardError.Report(context, error, cause, StatusCodes.Status502BadGateway);
    }
}
