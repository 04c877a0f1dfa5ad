# syntax=docker/dockerfile:1
FROM rust:1-slim-bookworm AS build
WORKDIR /build
COPY . .
RUN cargo build --release --locked -p apimite

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /build/target/release/apimite /usr/local/bin/apimite
COPY fixtures/labs /labs
USER nonroot
EXPOSE 8080 8081 8082
ENTRYPOINT ["/usr/local/bin/apimite"]
CMD ["lab", "list"]
