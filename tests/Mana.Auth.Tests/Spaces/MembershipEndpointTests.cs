namespace Mana.Auth.Tests.Spaces;

public sealed class MembershipEndpointTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    [Fact]
    public async Task Scenario_65_services_learn_who_belongs_where()
    {
        var person = await world.PersonAsync();
        var space = await world.PersonalSpaceAsync(person.UserId);
        var (member, memberships) = ($"/api/v1/internal/org/{space}/member/{person.UserId}", $"/api/v1/internal/users/{person.UserId}/memberships");

        Assert.Equal("""{"isMember":true,"role":"owner"}""", (await world.ServiceAsync(HttpMethod.Get, member)).IsOk().Text);
        Assert.Equal(
            $$"""{"userId":"{{person.UserId}}","memberships":[{"organizationId":"{{space}}","role":"owner"}]}""", (await world.ServiceAsync(HttpMethod.Get, memberships)).IsOk().Text);
        Assert.Equal("""{"isMember":false,"role":""}""", (await world.ServiceAsync(HttpMethod.Get, $"/api/v1/internal/org/{space}/member/nobody")).IsOk().Text);
        Assert.Equal("""{"isMember":false,"role":""}""", (await world.ServiceAsync(HttpMethod.Get, $"/api/v1/internal/org/nothing/member/{person.UserId}")).IsOk().Text);
        Assert.Equal("""{"userId":"nobody","memberships":[]}""", (await world.ServiceAsync(HttpMethod.Get, "/api/v1/internal/users/nobody/memberships")).IsOk().Text);

        foreach (var path in (string[])[member, memberships])
        {
            Assert.Equal(401, (await world.GetAsync(path, null)).Status);
            Assert.Equal(401, (await world.GetAsync(path, person)).Status);
            Assert.Equal(401, (await world.ServiceAsync(HttpMethod.Get, path, key: "wrong-service-key")).Status);
        }
    }
}
