namespace Mana.Sync.Wire;

/// <summary>What one request may hold (sync.md 6.2).</summary>
internal static class Limits
{
    public const int BodyBytes = 10 * 1024 * 1024;
    public const int Changes = 1000;
    public const int NameChars = 128;
    public const int IdChars = 512;
    public const int FieldNameChars = 256;
    public const int FieldsPerChange = 2000;
    public const int JsonDepth = 64;
    public const int ActorBytes = 8 * 1024;
    public const int OriginChars = 64;
    public const int SchemaVersion = 1;
    public const int PullPage = 1000;
    public const int PushPage = 5000;

    /// <summary>How far ahead of the server a field time may be before it is clamped (sync.md 13.7), µs.</summary>
    public const long ClockSkewMicros = 5 * 60 * 1_000_000L;
}
