using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HashBalancer.Proxy;

/// <summary>A request's body that is kept in memory while it is read, to be read again from its beginning, as a stream and as a pipe.</summary>
/// <remarks>A server makes one pipe over a stream and stays at the end that it has reached, wherever the stream is put.</remarks>
internal sealed class KeptBody : IRequestBodyPipeFeature
{
    private readonly Stream _body;
    private PipeReader? _reader;

    private KeptBody(HttpContext context)
    {
        _body = context.Request.Body;
        context.Response.OnCompleted(static kept => ((KeptBody)kept).Complete(), this);
    }

    public PipeReader Reader => _reader ??= PipeReader.Create(_body, new StreamPipeReaderOptions(leaveOpen: true));

    /// <summary>Keeps the body of a request from here on, if it is not kept yet.</summary>
    /// <param name="context">The request; nothing of its body has been read.</param>
    /// <param name="most">Bytes; the body is no longer than this.</param>
    public static void Keep(HttpContext context, int most)
    {
        if (context.Features.Get<IRequestBodyPipeFeature>() is KeptBody)
            return;
        context.Request.EnableBuffering(bufferThreshold: most, bufferLimit: most);
        context.Features.Set<IRequestBodyPipeFeature>(new KeptBody(context));
    }

    /// <summary>Goes back to the beginning of a body that was kept; nothing reads it now.</summary>
    public static void Rewind(HttpContext context)
    {
        if (context.Features.Get<IRequestBodyPipeFeature>() is not KeptBody kept)
            return;
        kept._reader?.Complete();
        kept._reader = null;
        kept._body.Position = 0;
    }

    /// <summary>All of a body that was kept; null when it was not read to its end.</summary>
    public static async ValueTask<byte[]?> WholeOf(HttpContext context)
    {
        Rewind(context);
        if (context.Features.Get<IRequestBodyPipeFeature>() is not KeptBody kept || kept._body.Length != context.Request.ContentLength)
            return null;
        byte[] body = new byte[kept._body.Length];
        await kept._body.ReadExactlyAsync(body);
        return body;
    }

    private Task Complete()
    {
        _reader?.Complete();
        return Task.CompletedTask;
    }
}
