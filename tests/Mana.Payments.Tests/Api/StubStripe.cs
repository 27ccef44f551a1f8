using System.Net;
using System.Text;
using Mana.Payments.Api;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Payments.Tests.Api;

/// <summary>The other end of the wire: answers what the test says, and remembers what it was asked.</summary>
internal sealed class StubStripe : HttpMessageHandler
{
    readonly Queue<Func<HttpResponseMessage>> _answers = new();

    public List<(string Method, string Url, string? Body, Dictionary<string, string> Headers)> Requests { get; } = [];

    public StubStripe Then(HttpStatusCode status, string body = "{}", params (string Name, string Value)[] headers)
    {
        _answers.Enqueue(() =>
        {
            var answer = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            foreach (var (name, value) in headers)
                answer.Headers.TryAddWithoutValidation(name, value);
            return answer;
        });
        return this;
    }

    public StubStripe ThenNothing()
    {
        _answers.Enqueue(() => throw new HttpRequestException("connection refused"));
        return this;
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add((request.Method.Method, request.RequestUri!.ToString(), request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken),
            request.Headers.ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.Ordinal)));
        if (_answers.Count > 0)
            return _answers.Dequeue()();
        await Task.Delay(Timeout.Infinite, cancellationToken);
        throw new OperationCanceledException();
    }

    public (StripeApi Api, ListLogger Log) Client(Action<StripeOptions>? configure = null)
    {
        var options = new StripeOptions { SecretKey = "sk_test_very_secret", RetryDelayMilliseconds = 1, TimeoutSeconds = 0.2, BreakerMinimum = 0 };
        configure?.Invoke(options);
        var log = new ListLogger();
        var metrics = new PaymentsMetrics(new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());
        return (new StripeApi(new StripeTransport(options, new StripeHttp(new HttpMessageInvoker(this)), metrics, log)), log);
    }
}

/// <summary>Keeps every line.</summary>
internal sealed class ListLogger : ILogger<StripeTransport>
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add(formatter(state, exception) + exception);
}
