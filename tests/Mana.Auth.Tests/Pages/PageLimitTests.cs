namespace Mana.Auth.Tests.Pages;

public sealed class PageLimitTests : IAsyncLifetime
{
    readonly AccountWorld _world = new AccountWorld().With("RateLimits:Enabled", "true");

    public ValueTask InitializeAsync() => _world.InitializeAsync();

    [Fact]
    public async Task Too_many_tries_get_a_page_that_says_how_long_to_wait()
    {
        var browser = new Browser(_world.Host);
        Shown last;
        var tries = 0;
        do
            last = await browser.SubmitAsync("/login", "/login", ("email", AuthApi.NewEmail()), ("password", "wrong guess 1"));
        while (last.Status == 401 && ++tries < 30);
        Assert.Equal(429, last.Status);
        Assert.StartsWith("text/html", last.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Matches("Please wait [0-9]+ seconds", last.Text);
        Assert.NotEqual("", last.Header("Retry-After"));
    }

    public ValueTask DisposeAsync() => _world.DisposeAsync();
}
