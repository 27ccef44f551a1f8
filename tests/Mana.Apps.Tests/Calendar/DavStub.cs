using System.Collections.Concurrent;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Apps.Tests.Calendar;

/// <summary>How a server writes what all of them say: as each was seen to (Radicale) or documents it.</summary>
internal enum DavDialect
{
    /// <summary>Prefixes, <c>@</c> encoded, well-known redirect, properties that it lacks as 404 beside those of 200.</summary>
    Nextcloud,

    /// <summary>The default namespace anew on each element, whole addresses, colours of eight digits, no well-known.</summary>
    Apple,

    /// <summary>DAV: as default namespace, relative addresses, prefixes that nobody else has, text as CDATA.</summary>
    Odd,
}

/// <summary>What arrived.</summary>
internal sealed record DavRequest(string Method, string Path, string Depth, string? User, string Body);

/// <summary>
/// A CalDAV server (RFC 4791, 6578, 6764) on a socket of this machine: one person per user name, each with their own dialect, calendars and whims.
/// </summary>
internal sealed class DavStub : IAsyncDisposable
{
    readonly WebApplication _app;

    public DavStub()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    public string Url { get; private set; } = "";

    public ConcurrentDictionary<string, DavStore> Stores { get; } = new(StringComparer.Ordinal);

    /// <summary>Everything that arrived, newest last.</summary>
    public ConcurrentQueue<DavRequest> Requests { get; } = new();

    /// <summary>What paths answer to everybody, instead of what they would: a status, where to, and a body.</summary>
    public ConcurrentDictionary<string, (int Status, string? Location, string Body)> Fixed { get; } = new(StringComparer.Ordinal);

    public DavStore Add(string user, DavDialect dialect = DavDialect.Nextcloud) => Stores[user] = new DavStore(this, user, dialect);

    public IReadOnlyList<DavRequest> Of(string user) => [.. Requests.Where(request => request.User == user)];

    public async Task StartAsync()
    {
        await _app.StartAsync();
        Url = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var path = context.Request.Path.Value!;
        var (user, password) = Basic(context.Request.Headers.Authorization.ToString());
        Requests.Enqueue(new DavRequest(context.Request.Method, path, context.Request.Headers["Depth"].ToString(), user, body));
        if (Fixed.TryGetValue(path, out var answer))
        {
            context.Response.StatusCode = answer.Status;
            if (answer.Location is not null)
                context.Response.Headers.Location = answer.Location;
            if (answer.Status == 503)
                context.Response.Headers.RetryAfter = "3600";
            await context.Response.WriteAsync(answer.Body);
            return;
        }

        if (user is null || !Stores.TryGetValue(user, out var store) || password != store.Password)
        {
            context.Response.StatusCode = 401;
            context.Response.Headers.WWWAuthenticate = "Basic realm=\"dav\"";
            return;
        }

        var (status, location, text) = store.Answer(context.Request.Method, path, context.Request.Headers["Depth"].ToString(), body);
        context.Response.StatusCode = status;
        if (location is not null)
            context.Response.Headers.Location = location;
        if (status == 429)
            context.Response.Headers.RetryAfter = "7200";
        context.Response.ContentType = "application/xml; charset=utf-8";
        await context.Response.WriteAsync(text);
    }

    static (string? User, string? Password) Basic(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.Ordinal))
            return (null, null);
        var both = Encoding.UTF8.GetString(Convert.FromBase64String(header["Basic ".Length..])).Split(':', 2);
        return (both[0], both[1]);
    }
}

/// <summary>Elements as a dialect writes them.</summary>
internal sealed class DavWriter(DavDialect dialect)
{
    public static readonly XNamespace D = "DAV:";
    public static readonly XNamespace C = "urn:ietf:params:xml:ns:caldav";
    public static readonly XNamespace CS = "http://calendarserver.org/ns/";
    public static readonly XNamespace A = "http://apple.com/ns/ical/";

    public string Element(XName name, string inner, string attributes = "")
    {
        if (dialect == DavDialect.Apple)
            return $"<{name.LocalName} xmlns=\"{name.NamespaceName}\"{attributes}>{inner}</{name.LocalName}>";
        var prefix = (dialect, name.Namespace) switch
        {
            (DavDialect.Odd, var space) when space == D => "",
            (DavDialect.Odd, var space) when space == C => "ns0:",
            (DavDialect.Odd, var space) when space == CS => "zz.9-q:",
            (DavDialect.Odd, _) => "_:",
            (_, var space) when space == D => "d:",
            (_, var space) when space == C => "cal:",
            (_, var space) when space == CS => "cs:",
            _ => "x1:",
        };
        return inner.Length == 0 ? $"<{prefix}{name.LocalName}{attributes}/>" : $"<{prefix}{name.LocalName}{attributes}>{inner}</{prefix}{name.LocalName}>";
    }

    public string Text(string text) => dialect == DavDialect.Odd ? $"<![CDATA[{text}]]>" : new XText(text).ToString().Replace("\r", "&#13;", StringComparison.Ordinal);

    public string Document(string inner) => dialect switch
    {
        DavDialect.Apple => $"<?xml version='1.0' encoding='UTF-8'?><multistatus xmlns='DAV:'>{inner}</multistatus>",
        DavDialect.Odd => $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<multistatus xmlns=\"DAV:\" xmlns:ns0=\"{C}\" xmlns:zz.9-q=\"{CS}\" xmlns:_=\"{A}\">\n{inner}\n</multistatus>\n",
        _ => $"<?xml version=\"1.0\"?>\n<d:multistatus xmlns:d=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\" xmlns:cal=\"{C}\" xmlns:cs=\"{CS}\" xmlns:x1=\"{A}\" xmlns:oc=\"http://owncloud.org/ns\">{inner}</d:multistatus>",
    };

    /// <summary>A resource with what it has; what it lacks is said to be missing, where the dialect says such things.</summary>
    public string Response(string href, IEnumerable<(XName Name, string Inner)> has, IEnumerable<XName> lacks)
    {
        var found = Element(D + "propstat", Element(D + "prop", string.Concat(has.Select(prop => Element(prop.Name, prop.Inner)))) + Element(D + "status", "HTTP/1.1 200 OK"));
        var missing = lacks.ToList();
        var not = missing.Count == 0 ? "" : Element(D + "propstat", Element(D + "prop", string.Concat(missing.Select(name => Element(name, "")))) + Element(D + "status", "HTTP/1.1 404 Not Found"));
        return Element(D + "response", Element(D + "href", Text(href)) + (dialect == DavDialect.Odd ? not + found : found + not));
    }

    public string Gone(string href, int status = 404) => Element(D + "response", Element(D + "href", Text(href)) + Element(D + "status", $"HTTP/1.1 {status} {(status == 507 ? "Insufficient Storage" : "Not Found")}"));
}
