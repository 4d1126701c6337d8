namespace HashBalancer.Proxy;

/// <summary>Asked by whoever forwards a try when the node's answer begins, and before any of it goes to the client.</summary>
/// <remarks>Given where a policy looks at answers: to <see cref="NodeForwarder.Send"/>, and as a feature of the request for what stands behind it.</remarks>
internal interface IAnswerJudge
{
    /// <summary>Canceled when nobody wants the try's answer any more.</summary>
    CancellationToken Unwanted { get; }

    /// <summary>Whether this is the answer that the client gets. If not, it is dropped and the try is over.</summary>
    /// <param name="status">The answer's status.</param>
    ValueTask<bool> Takes(int status);
}
