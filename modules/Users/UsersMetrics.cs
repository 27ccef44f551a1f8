using System.Diagnostics.Metrics;
using Mana.Kernel.Telemetry;

namespace Mana.Users;

/// <summary>Meter <c>Mana.Users</c> (commerce.md 13.1). Labels come from this program, never from a caller.</summary>
internal sealed class UsersMetrics
{
    readonly Counter<long> _settings;
    readonly Counter<long> _tags;

    public UsersMetrics(IMeterFactory meters)
    {
        var meter = meters.ForModule("Users");
        _settings = meter.CreateCounter<long>("settings_writes_total", description: "Changes of settings: global, app, device");
        _tags = meter.CreateCounter<long>("tags_total", description: "Changes of tags, groups and links");
    }

    public void SettingsWritten(string level) => _settings.Add(1, new KeyValuePair<string, object?>("level", level));

    public void Tags(string operation) => _tags.Add(1, new KeyValuePair<string, object?>("op", operation));
}
