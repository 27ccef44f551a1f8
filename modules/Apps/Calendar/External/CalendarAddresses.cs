using System.Text;
using Mana.Auth.Contracts;

namespace Mana.Apps.Calendar.External;

/// <summary>Addresses of calendars outside, sealed with the id of their row: many are secrets.</summary>
internal sealed class CalendarAddresses(ISealedSecrets secrets)
{
    const string Purpose = "apps calendar address";

    public byte[] Seal(Guid id, string url) => secrets.Seal(Purpose, id.ToString("N"), Encoding.UTF8.GetBytes(url));

    public Uri Open(ExternalCalendar calendar) => new(Encoding.UTF8.GetString(secrets.Open(Purpose, calendar.Id.ToString("N"), calendar.Url!)));
}
