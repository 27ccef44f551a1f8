using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Mana.Payments.Contracts;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Mana.Payments.Api;

/// <summary>What came back, or that nothing did.</summary>
internal sealed record StripeReply(HttpStatusCode Status, byte[] Body, bool? ShouldRetry, TimeSpan? RetryAfter, string? RequestId);

/// <summary>The connection to Stripe; a test puts its own behind it.</summary>
internal sealed record StripeHttp(HttpMessageInvoker Client);

/// <summary>
/// One call with all its repetitions. A call that changes something carries an idempotency key, so a repetition cannot do it twice.
/// Neither keys, parameters nor answers reach the log: only which call, what came of it, and Stripe's own request id.
/// </summary>
internal sealed class StripeTransport
{
    /// <summary>Pinned (commerce.md 7.1): what we read was written for this version.</summary>
    public const string ApiVersion = "2025-04-30.basil";

    const int LongestAnswer = 8 << 20;
    static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    readonly StripeOptions _options;
    readonly StripeHttp _http;
    readonly PaymentsMetrics _metrics;
    readonly ILogger<StripeTransport> _log;
    readonly ResiliencePipeline<StripeReply> _pipeline;

    public StripeTransport(StripeOptions options, StripeHttp http, PaymentsMetrics metrics, ILogger<StripeTransport> log)
    {
        (_options, _http, _metrics, _log) = (options, http, metrics, log);
        _pipeline = Pipeline(options);
    }

    /// <summary>Never throws for what Stripe or the network does.</summary>
    /// <param name="call">Name for metrics and logs, e.g. <c>customers_create</c>.</param>
    /// <param name="idempotencyKey">For every call that changes something.</param>
    public async Task<StripeResult<T>> SendAsync<T>(
        string call, HttpMethod method, string path, StripeForm? form, string? idempotencyKey, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        if (!_options.CanCall)
            return new StripeResult<T>.NotConfigured();
        var result = await RepliedAsync(method, path, form, idempotencyKey, cancellationToken) switch
        {
            { Reply: { } reply } => StripeReplies.Read(reply, read),
            { Failure: var failure } => new StripeResult<T>.Unavailable(failure!),
        };
        var outcome = StripeReplies.Name(result);
        _metrics.Called(call, outcome);
        if (result is StripeResult<T>.Unavailable unavailable)
            _log.LogWarning("Stripe did not answer {Call}: {Reason}", call, unavailable.Reason);
        else if (result is StripeResult<T>.Invalid invalid)
            _log.LogWarning("Stripe refuses {Call}: {Code} {Parameter}", call, invalid.Code, invalid.Parameter);
        return result;
    }

    async Task<(StripeReply? Reply, string? Failure)> RepliedAsync(HttpMethod method, string path, StripeForm? form, string? idempotencyKey, CancellationToken cancellationToken)
    {
        try
        {
            return (await _pipeline.ExecuteAsync(async token => await OnceAsync(method, path, form, idempotencyKey, token), cancellationToken), null);
        }
        catch (BrokenCircuitException)
        {
            return (null, "circuit_open");
        }
        catch (TimeoutRejectedException)
        {
            return (null, "timeout");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return (null, "connection");
        }
    }

    async Task<StripeReply> OnceAsync(HttpMethod method, string path, StripeForm? form, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var inQuery = method != HttpMethod.Post;
        using var request = new HttpRequestMessage(method, _options.ApiBase.TrimEnd('/') + path + (inQuery ? form?.ToQuery() : ""));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _options.SecretKey);
        request.Headers.Add("Stripe-Version", ApiVersion);
        request.Headers.UserAgent.ParseAdd("Mana.Platform/1.0");
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (!inQuery)
            request.Content = new FormUrlEncodedContent(form?.Fields ?? []);
        using var response = await _http.Client.SendAsync(request, cancellationToken);
        await response.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken);
        return new StripeReply(
            response.StatusCode, await response.Content.ReadAsByteArrayAsync(cancellationToken), ShouldRetry(response.Headers),
            response.Headers.RetryAfter?.Delta, response.Headers.TryGetValues("Request-Id", out var ids) ? ids.FirstOrDefault() : null);
    }

    static bool? ShouldRetry(HttpResponseHeaders headers) =>
        headers.TryGetValues("Stripe-Should-Retry", out var values) ? values.FirstOrDefault() switch { "true" => true, "false" => false, _ => null } : null;

    static ResiliencePipeline<StripeReply> Pipeline(StripeOptions options)
    {
        var builder = new ResiliencePipelineBuilder<StripeReply>();
        if (options.Retries > 0)
            builder.AddRetry(new()
            {
                MaxRetryAttempts = options.Retries,
                Delay = TimeSpan.FromMilliseconds(options.RetryDelayMilliseconds),
                MaxDelay = TimeSpan.FromSeconds(8),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = arguments => ValueTask.FromResult(IsTransient(arguments.Outcome) && arguments.Outcome.Exception is not BrokenCircuitException),
                DelayGenerator = arguments => ValueTask.FromResult(
                    arguments.Outcome.Result?.RetryAfter is { } wait ? TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, LongestWait.Ticks)) : (TimeSpan?)null),
            });
        if (options.BreakerMinimum > 0)
            builder.AddCircuitBreaker(new()
            {
                FailureRatio = 0.8,
                MinimumThroughput = Math.Max(2, options.BreakerMinimum),
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(15),
                // A rate limit is no illness: waiting is what helps against it, and the retry does that.
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is not null || (int?)arguments.Outcome.Result?.Status >= 500),
            });
        return builder.AddTimeout(TimeSpan.FromSeconds(options.TimeoutSeconds)).Build();
    }

    /// <summary>Stripe's own word first; else what its libraries repeat: conflicts of simultaneous calls, rate limits, its own failures, silence.</summary>
    static bool IsTransient(Outcome<StripeReply> outcome) => outcome switch
    {
        { Exception: HttpRequestException or IOException or TimeoutRejectedException } => true,
        { Result: { ShouldRetry: { } said } } => said,
        { Result: { Status: HttpStatusCode.Conflict or HttpStatusCode.TooManyRequests } } => true,
        { Result: { } reply } => (int)reply.Status >= 500,
        _ => false,
    };
}
