namespace HashBalancer.Consul;

/// <summary>Reads an answer's body.</summary>
/// <typeparam name="T">What it makes of it.</typeparam>
/// <param name="body">The whole body; valid during the call alone.</param>
/// <exception cref="System.Text.Json.JsonException">The body is not what it must be; the call fails with <see cref="ConsulBadResponseException"/>.</exception>
public delegate T BodyReader<out T>(ReadOnlySpan<byte> body);
