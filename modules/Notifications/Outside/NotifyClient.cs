using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Mana.Notifications.Contracts;
using Mana.Notifications.Outbound;

namespace Mana.Notifications.Outside;

/// <summary>
/// The notify service (compute.md 4.2). It takes a message once per <c>externalId</c>: a repetition is answered 200 with <c>deduplicated</c>, which is as good
/// as 202.
/// </summary>
internal sealed class NotifyClient(OutsideOptions options, OutboundOptions outbound, TimeProvider time) : IDisposable
{
    static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
    {
        Timeout = TimeSpan.FromSeconds(outbound.TimeoutSeconds),
    };

    public async Task<ChannelResult> SendAsync(ChannelMessage message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, options.BaseUrl!.TrimEnd('/') + "/api/v1/notifications/send")
        {
            Headers = { { "X-Service-Key", options.ServiceKey } },
            Content = JsonContent.Create(new NotifyBody(
                message.Channel, message.AppId, message.UserId, message.Title, message.Body, JsonSerializer.Deserialize<JsonElement>(message.Payload), "high", message.Key), options: Json),
        };
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return Answers.Of(answer, time);
        }
        catch (Exception exception) when (Answers.IsFailure(exception, cancellationToken))
        {
            return Answers.Of(exception);
        }
    }

    public void Dispose() => _http.Dispose();

    sealed record NotifyBody(string Channel, string AppId, string UserId, string Subject, string Body, JsonElement Data, string Priority, string ExternalId);
}
