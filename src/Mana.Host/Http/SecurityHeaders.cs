namespace Mana.Host.Http;

/// <summary>Headers that keep a browser from doing more with an answer than it should (auth.md 3.3).</summary>
internal sealed class SecurityHeaders(RequestDelegate next, IHostEnvironment environment)
{
    /// <summary>The documentation page brings its own scripts and styles; everything else is data and may run nothing.</summary>
    const string DocumentationPolicy =
        "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; frame-ancestors 'none'; base-uri 'none'";

    const string DataPolicy = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        context.Response.OnStarting(() => AddTo(context));
        return next(context);
    }

    Task AddTo(HttpContext context)
    {
        var headers = context.Response.Headers;
        // Answers hold user data unless an endpoint says otherwise.
        if (headers.CacheControl.Count == 0)
            headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        // A page with a form says "same-origin": under "no-referrer" browsers send the form with the origin "null", which is nobody's.
        if (headers["Referrer-Policy"].Count == 0)
            headers["Referrer-Policy"] = "no-referrer";
        // A page of a module brings a policy of its own.
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/docs", StringComparison.Ordinal) ? DocumentationPolicy : DataPolicy;
        headers["Cross-Origin-Resource-Policy"] = "cross-origin";
        if (environment.IsProduction())
            headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        return Task.CompletedTask;
    }
}
