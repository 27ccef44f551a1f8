namespace Mana.Auth.Sessions;

/// <summary>auth.md 6.1: sliding while it is used, and an end that nothing moves.</summary>
internal static class SessionLifetime
{
    /// <summary>A cookie is used with every page: its session's end moves once a day at most.</summary>
    public static readonly TimeSpan SlidesAfter = TimeSpan.FromDays(1);

    static readonly TimeSpan Idle = TimeSpan.FromDays(7);
    static readonly TimeSpan IdleRemembered = TimeSpan.FromDays(30);
    static readonly TimeSpan Absolute = TimeSpan.FromDays(90);

    public static DateTimeOffset Expiry(DateTimeOffset startedAt, bool remembered, DateTimeOffset now)
    {
        var idle = now + (remembered ? IdleRemembered : Idle);
        var absolute = startedAt + Absolute;
        return idle < absolute ? idle : absolute;
    }
}
