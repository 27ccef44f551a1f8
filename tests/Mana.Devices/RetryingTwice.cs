namespace Mana.Devices;

/// <summary>A network that loses every first answer: each request arrives twice, and only the second answer is seen.</summary>
public sealed class RetryingTwice(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        using (var lost = Copy(request, body))
        using (await base.SendAsync(lost, cancellationToken))
        {
            // The answer never reached the client.
        }

        using var repeated = Copy(request, body);
        return await base.SendAsync(repeated, cancellationToken);
    }

    static HttpRequestMessage Copy(HttpRequestMessage request, byte[]? body)
    {
        var copy = new HttpRequestMessage(request.Method, request.RequestUri);
        foreach (var (name, values) in request.Headers)
            copy.Headers.TryAddWithoutValidation(name, values);
        if (body is null)
            return copy;
        copy.Content = new ByteArrayContent(body);
        foreach (var (name, values) in request.Content!.Headers)
            copy.Content.Headers.TryAddWithoutValidation(name, values);
        return copy;
    }
}
