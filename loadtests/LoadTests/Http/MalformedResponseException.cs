namespace HashBalancer.LoadTests.Http;

/// <summary>The server sent what is no HTTP/1.1 response, or one whose end cannot be told.</summary>
internal sealed class MalformedResponseException(string message) : Exception(message);
