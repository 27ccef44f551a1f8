using System.Net.Http.Headers;
using System.Text.Json;

namespace Mana.Load.Live;

/// <summary>One event of a stream (sync.md 8.2).</summary>
internal readonly record struct StreamEvent(string Name, string Data, string? Id);

/// <summary>A server-sent event stream that is read line by line.</summary>
internal sealed class EventStream : IDisposable
{
    readonly HttpResponseMessage _response;
    readonly StreamReader _lines;

    EventStream(HttpResponseMessage response, Stream body) => (_response, _lines) = (response, new StreamReader(body));

    public static async Task<EventStream> OpenAsync(HttpClient http, string path, string token, string clientId, string? lastEventId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("X-Client-Id", clientId);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
            return new EventStream(response, await response.Content.ReadAsStreamAsync(cancellationToken));
        using (response)
            throw new HttpRequestException($"GET {path.Split('?')[0]}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellationToken)}");
    }

    /// <summary>Null at the end of the stream.</summary>
    public async Task<StreamEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        var (name, data, id) = ("", "", (string?)null);
        while (await _lines.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
                name = line["event: ".Length..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line["data: ".Length..];
            else if (line.StartsWith("id: ", StringComparison.Ordinal))
                id = line["id: ".Length..];
            else if (line.Length == 0 && name.Length > 0)
                return new StreamEvent(name, data, id);
        }

        return null;
    }

    public static int Changes(string data)
    {
        using var json = JsonDocument.Parse(data);
        return json.RootElement.TryGetProperty("changes", out var changes) ? changes.GetArrayLength() : 0;
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}
