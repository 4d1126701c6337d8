namespace HashBalancer.Registry;

/// <summary>A request that is refused: the status and the text are the answer.</summary>
internal sealed class RefusedException(int status, string text) : Exception(text)
{
    public const string ScriptsDisabled =
        "Scripts are disabled on this agent from remote calls; to enable, configure 'enable_script_checks' to true";

    public const string UnknownToken = "ACL not found";

    public int Status { get; } = status;

    /// <summary>Further headers of the answer.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    public static RefusedException BadRequest(string text) => new(400, text);

    public static RefusedException Failed(string text) => new(500, text);

    public Answer ToAnswer()
    {
        Answer answer = Answer.Text(Status, Message);
        answer.Headers.AddRange(Headers);
        return answer;
    }
}
